import { findObject } from '../../aws/s3/head-object.ts';
import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { defaultSettingsName, settingsName, summaryName } from '../bucket/keys.ts';
import { settingsMetadata, settingsSha256 } from '../jobs/settings/resolve-settings.ts';
import { jobIdOf } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import { reportTransfer } from '../../report/transfer.ts';
import { pause } from '../../aws/retry.ts';
import { awaitTurn, findLast, type Last } from './wait-for-previous.ts';
import type { Uploaded } from './follow.ts';
import { contentSha256 } from './input.ts';
import type { Destined } from './keys.ts';
import { partsFor } from './parts.ts';
import { putSource, type Target } from './put.ts';
import type { Session, UploadRun } from './session.ts';
import { contentMetadata, isUnchanged, type Local } from './unchanged.ts';

/** A file that was put, or one that lies there already. */
export interface PutFile extends Uploaded {
  readonly state: 'put' | 'unchanged';
}

/** Puts what the files bring with them: anew each time, as states expire. @returns its name, where they bring any */
export async function putSettings({ bucket }: Session, text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const sha256 = settingsSha256(text);
  await bucket.write(settingsName(sha256), Buffer.from(text));
  return sha256;
}

/**
 * Puts a file, once the last one of its key is loaded.
 * @param at which of the files it is, from 0
 * @param brought SHA-256 of the settings that it brings
 * @throws LoaderError JOB_STALLED, SOURCE_UNREADABLE, SOURCE_CHANGED, INTERRUPTED; see `toS3Error`
 */
export async function putFile(
  run: UploadRun,
  { source, key }: Destined,
  at: number,
  brought: string | undefined,
): Promise<PutFile> {
  const { session, settings, stop, report } = run;
  const { place } = session;
  const file = source.name;
  if (settings.ifChanged) report.phase(`reading ${file}`);
  // It takes a pass over the file, and only who asks for this option has a use for it.
  const content = settings.ifChanged ? await contentSha256(source, stop) : undefined;
  report.phase(`looking at ${key}`);
  const last = settings.replace ? await findLast(session, key) : await awaitTurn(run, key);
  if (last !== undefined) {
    const { version } = last.object;
    const sizeBytes = source.storedBytes;
    if (content !== undefined && (await isSame(session, last, { content, sizeBytes, settings: brought }))) {
      return { file, key, job: jobIdOf(version), sizeBytes: version.sizeBytes, state: 'unchanged' };
    }
    // The same content put again in the same second could not be told from the first: it would be no job of its own.
    const leftMs = version.lastModifiedMs + 1_000 - session.clock.nowMs();
    if (leftMs > 0) await pause(leftMs, stop);
  }
  report.end();
  const metadata = {
    ...(brought !== undefined && { [settingsMetadata]: brought }),
    ...(content !== undefined && { [contentMetadata]: content }),
  };
  const { etag, sizeBytes } = await carry(run, source, at, { key, metadata });
  const found = await findObject(place, key);
  if (found?.version.etag !== etag) {
    const what = found === undefined ? 'was deleted' : 'was put again by somebody else';
    throw new LoaderError('SOURCE_CHANGED', `s3://${place.bucket}/${key} ${what} right after it was put`, {
      place: { source: file },
      hint: 'What is there now is loaded; put yours again where that is to be loaded instead.',
    });
  }
  return { file, key, job: jobIdOf(found.version), sizeBytes, state: 'put' };
}

/** Puts a file, and shows how far it is. */
async function carry(
  { session, settings, stop, stderr, env }: UploadRun,
  source: Source,
  at: number,
  target: Pick<Target, 'key' | 'metadata'>,
) {
  const { name, storedBytes: sizeBytes } = source;
  const parts = partsFor(sizeBytes ?? settings.expectedBytes);
  const moved = { name, number: at + 1, files: settings.files.length, bytes: 0, sizeBytes };
  const end = reportTransfer(settings, stderr, env, () => moved);
  try {
    return await putSource(source, { ...session.place, client: session.carrier, ...target, parts }, { stop, moved });
  } finally {
    end();
  }
}

async function isSame({ store, bucket, found }: Session, { object, job }: Last, local: Local): Promise<boolean> {
  if (job?.isPublished !== true) return false;
  const summary = await store.read<JobSummary>(summaryName(job.id, job.run));
  if (summary === undefined) return false;
  const defaults = (await bucket.get(defaultSettingsName))?.body;
  return isUnchanged({ object, job, summary: summary.state }, local, { table: found.description.table, defaults });
}
