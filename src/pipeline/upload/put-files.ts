import { abortableSleep } from '../../aws/retry.ts';
import { findObject } from '../../aws/s3/head-object.ts';
import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { reportTransfer } from '../../report/transfer.ts';
import { defaultSettingsKey, settingsKey, summaryKey } from '../bucket/keys.ts';
import { settingsMetadata, hashSettings } from '../jobs/settings/resolve-settings.ts';
import { getJobId } from '../state/identity.ts';
import type { JobSummary } from '../state/job-end.ts';
import type { UploadedFile } from './follow.ts';
import { hashContent } from './input.ts';
import type { KeyedSource } from './keys.ts';
import { choosePartSizes } from './parts.ts';
import { putSource, type PutTarget } from './put.ts';
import type { UploadRun, UploadSession } from './session.ts';
import { contentMetadata, isUnchanged, type LocalFile } from './unchanged.ts';
import { findPrevious, waitForPrevious, type PreviousVersion } from './wait-for-previous.ts';

/** A file that was put, or that the bucket already had. */
export interface PutResult extends UploadedFile {
  readonly state: 'put' | 'unchanged';
}

/** Stores the settings of the files, each time because state expires. @returns their SHA-256 */
export async function putSettings({ bucket }: UploadSession, text: string | undefined): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const sha256 = hashSettings(text);
  await bucket.write(settingsKey(sha256), Buffer.from(text));
  return sha256;
}

/**
 * Puts a file after the previous object of its key is loaded.
 * @param index of the file, from 0
 * @param settingsHash SHA-256 of the file's own settings
 * @throws LoaderError JOB_STALLED, SOURCE_UNREADABLE, SOURCE_CHANGED, INTERRUPTED; see `toS3Error`
 */
export async function putFile(
  run: UploadRun,
  { source, key }: KeyedSource,
  index: number,
  settingsHash: string | undefined,
): Promise<PutResult> {
  const { session, settings, stop, report } = run;
  const { bucketPlace } = session;
  const file = source.name;
  if (settings.ifChanged) report.phase(`reading ${file}`);
  // Only with --if-changed: it takes an additional pass over the file.
  const content = settings.ifChanged ? await hashContent(source, stop) : undefined;
  report.phase(`checking ${key}`);
  const previous = settings.replace ? await findPrevious(session, key) : await waitForPrevious(run, key);
  if (previous !== undefined) {
    const { version } = previous.object;
    const local = { sizeBytes: source.storedBytes, settings: settingsHash };
    if (content !== undefined && (await isAlreadyLoaded(session, previous, { content, ...local }))) {
      return { file, key, job: getJobId(version), sizeBytes: version.sizeBytes, state: 'unchanged' };
    }
    // The same content put twice within a second would have the same job ID, and so no job of its own.
    const leftMs = version.lastModifiedMs + 1_000 - session.clock.nowMs();
    if (leftMs > 0) await abortableSleep(leftMs, stop);
  }
  report.end();
  const metadata = {
    ...(settingsHash !== undefined && { [settingsMetadata]: settingsHash }),
    ...(content !== undefined && { [contentMetadata]: content }),
  };
  const { etag, sizeBytes } = await transfer(run, source, index, { key, metadata });
  const found = await findObject(bucketPlace, key);
  if (found?.version.etag !== etag) {
    const what = found === undefined ? 'deleted' : 'replaced by another upload';
    throw new LoaderError('SOURCE_CHANGED', `s3://${bucketPlace.bucket}/${key} was ${what} right after the upload`, {
      place: { source: file },
      hint: 'Upload the file again to load it instead of the current object.',
    });
  }
  return { file, key, job: getJobId(found.version), sizeBytes, state: 'put' };
}

/** Puts a file and reports its progress. */
async function transfer(
  { session, settings, stop, stderr, env }: UploadRun,
  source: Source,
  index: number,
  object: Pick<PutTarget, 'key' | 'metadata'>,
) {
  const { name, storedBytes: sizeBytes } = source;
  const parts = choosePartSizes(sizeBytes ?? settings.expectedBytes);
  const target = { ...session.bucketPlace, ...object, client: session.transferClient, parts };
  const sent = { name, number: index + 1, files: settings.files.length, bytes: 0, sizeBytes };
  const endReport = reportTransfer(settings, stderr, env, () => sent);
  try {
    return await putSource(source, target, { stop, sent });
  } finally {
    endReport();
  }
}

async function isAlreadyLoaded(session: UploadSession, previous: PreviousVersion, local: LocalFile): Promise<boolean> {
  const { store, bucket, found } = session;
  const { object, job } = previous;
  if (job?.isPublished !== true) return false;
  const summary = await store.read<JobSummary>(summaryKey(job.id, job.run));
  if (summary === undefined) return false;
  const defaults = (await bucket.get(defaultSettingsKey))?.body;
  return isUnchanged({ object, job, summary: summary.state }, local, { table: found.description.table, defaults });
}
