import { LoaderError } from '../../errors.ts';
import { defaultSettingsName, jobName, settingsName, summaryName } from '../bucket/keys.ts';
import { settingsMetadata, settingsSha256 } from '../jobs/settings/resolve-settings.ts';
import { jobIdOf } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { JobState } from '../state/job.ts';
import { reportTransfer } from '../../report/transfer.ts';
import { pause } from '../../aws/retry.ts';
import { awaitTurn, type Last } from './wait-for-previous.ts';
import type { Uploaded } from './follow.ts';
import { contentSha256, type Input } from './input.ts';
import type { Destined } from './keys.ts';
import { contentMetadata, findObject } from './object.ts';
import { partsOfFile, partsOfStream } from './parts.ts';
import { putInput, type Put, type Target } from './put.ts';
import type { Session, UploadRun } from './session.ts';
import { isUnchanged } from './unchanged.ts';

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
  { input, key }: Destined,
  at: number,
  brought: string | undefined,
): Promise<PutFile> {
  const { session, settings, stop, report } = run;
  const { bucket, owner } = session.place;
  // It takes a pass over the file, and only who asks for this option has a use for it.
  const content = settings.ifChanged ? await hashed(input, run) : undefined;
  report.phase(`looking at ${key}`);
  const last = settings.replace
    ? await lastOf(session, key)
    : await awaitTurn(session, key, stop, (text) => {
        report.phase(text);
      });
  const local = { content: content ?? '', sizeBytes: input.sizeBytes ?? -1, settings: brought };
  if (content !== undefined && last !== undefined && (await isSame(session, last, local))) {
    const { version } = last.object;
    return { file: input.name, key, job: jobIdOf(version), sizeBytes: version.sizeBytes, state: 'unchanged' };
  }
  if (last !== undefined) await secondOver(session, last.object.version.lastModifiedMs, stop);
  report.end();
  const metadata = {
    ...(brought !== undefined && { [settingsMetadata]: brought }),
    ...(content !== undefined && { [contentMetadata]: content }),
  };
  const { etag, sizeBytes } = await carry(run, input, at, { bucket, owner, key, metadata });
  const found = await findObject(session.place, key);
  if (found?.version.etag !== etag) {
    const what = found === undefined ? 'was deleted' : 'was put again by somebody else';
    throw new LoaderError('SOURCE_CHANGED', `s3://${bucket}/${key} ${what} right after it was put`, {
      place: { source: input.name },
      hint: 'What is there now is loaded; put yours again where that is to be loaded instead.',
    });
  }
  return { file: input.name, key, job: jobIdOf(found.version), sizeBytes, state: 'put' };
}

/** The same content put again in the same second could not be told from the first: it would be no job of its own. */
async function secondOver({ clock }: Session, lastModifiedMs: number, stop: AbortSignal): Promise<void> {
  const leftMs = lastModifiedMs + 1_000 - clock.nowMs();
  if (leftMs > 0) await pause(leftMs, stop);
}

function hashed(input: Input, { report, stop }: UploadRun): Promise<string> {
  report.phase(`reading ${input.name}`);
  return contentSha256(input, stop);
}

async function carry(
  { session, settings, stop, stderr, env }: UploadRun,
  input: Input,
  at: number,
  target: Omit<Target, 'parts'>,
): Promise<Put> {
  const { name, sizeBytes } = input;
  const parts = sizeBytes === undefined ? partsOfStream(settings.expectedBytes) : partsOfFile(sizeBytes);
  const moving = { bytes: 0 };
  const look = () => ({ name, number: at + 1, files: settings.files.length, bytes: moving.bytes, sizeBytes });
  const end = reportTransfer(settings, stderr, env, look);
  try {
    const moved = (bytes: number): void => {
      moving.bytes = bytes;
    };
    return await putInput(session.carrier, input, { ...target, parts }, { stop, moved });
  } finally {
    end();
  }
}

/** Whatever its job is at. */
async function lastOf(session: Session, key: string): Promise<Last | undefined> {
  const object = await findObject(session.place, key);
  if (object === undefined) return undefined;
  return { object, job: (await session.store.read<JobState>(jobName(jobIdOf(object.version))))?.state };
}

async function isSame(session: Session, { object, job }: Last, local: Parameters<typeof isUnchanged>[1]) {
  if (job?.isPublished !== true) return false;
  const summary = await session.store.read<JobSummary>(summaryName(job.id, job.run));
  if (summary === undefined) return false;
  const defaults = (await session.bucket.get(defaultSettingsName))?.body;
  const { table } = session.found.description;
  return isUnchanged({ object, job, summary: summary.state }, local, { table, defaults });
}
