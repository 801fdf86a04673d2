import { Buffer } from 'node:buffer';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { throwS3Error, type BucketAccess } from '../../aws/s3/bucket-access.ts';
import type { ReadSettings } from '../../load/settings.ts';
import { getStartPosition } from '../../load/read/start-position.ts';
import { chooseReader } from '../../load/read/choose-reader.ts';
import { getReasonsPath } from '../../load/summary.ts';
import { getBaseFileName } from '../../load/settle/file-name.ts';
import { assertNoFileConflicts } from '../../load/settle/output-conflicts.ts';
import type { Source } from '../../load/source/source.ts';
import { prepareRejectFolder, createRejectPair, createUnwritableError } from '../../load/settle/reject-pair.ts';
import type { UploadSettings } from '../../options/resolve-pipeline.ts';

/** The local file or folder for rejected records. */
export interface RejectsDestination {
  /** Value of `--rejects`. */
  readonly givenPath: string | undefined;
  /** Folder for files named after their source; undefined: `givenPath` names the file, or the working folder is used. */
  readonly folder: string | undefined;
}

/** The rejected records of a job. */
export interface JobRejects {
  /** Name of the uploaded file. */
  readonly file: string;
  /** `s3://BUCKET/KEY` of each object, in the order of their records. */
  readonly objects: readonly string[];
  /** Settings that the file was read with. */
  readonly read: ReadSettings;
}

/**
 * Resolves the destination of rejected records, and checks that it is writable.
 * @throws LoaderError USAGE, OUTPUT_UNWRITABLE
 */
export function resolveRejectsDestination(settings: UploadSettings, sources: readonly Source[]): RejectsDestination {
  assertNoFileConflicts({ report: settings }, sources, undefined);
  return { givenPath: settings.rejects, folder: prepareRejectFolder(settings.rejects, sources.length > 1) };
}

/**
 * Downloads a job's rejected records into one CSV file with one header, and their reasons into a file beside it.
 * @returns the path of the file, with a number if it already existed
 * @throws LoaderError OUTPUT_UNWRITABLE; see `toS3Error`
 */
export async function fetchRejects(
  place: BucketAccess,
  { givenPath, folder }: RejectsDestination,
  { file, objects, read }: JobRejects,
): Promise<string> {
  const name = `${getBaseFileName(file)}.rejects`;
  const path = createRejectPair(folder === undefined ? (givenPath ?? name) : join(folder, name));
  for (const [index, object] of objects.entries()) {
    const key = object.slice(`s3://${place.bucket}/`.length);
    const records = await getBytes(place, key);
    // Each object has a header of its own.
    await append(path, index === 0 ? records : records.subarray(await measureHeader(records, read)));
    await append(getReasonsPath(path), await getBytes(place, getReasonsPath(key)));
  }
  return path;
}

/** Returns the size in bytes of the header at the start of each object, including the byte-order mark. */
async function measureHeader(records: Buffer, read: ReadSettings): Promise<number> {
  const reader = (await chooseReader(read.dialect)).open(getStartPosition(read), 'rejected records');
  reader.push(records);
  const hasRecord = reader.next();
  const { byteOrderMark, record } = reader;
  return byteOrderMark.length + (read.header && hasRecord ? record.rawEnd - record.rawStart : 0);
}

async function getBytes(place: BucketAccess, key: string): Promise<Buffer> {
  const command = new GetObjectCommand({ Bucket: place.bucket, Key: key, ExpectedBucketOwner: place.owner });
  const bytes = place.client.send(command).then(({ Body: body }) => body?.transformToByteArray());
  return Buffer.from((await bytes.catch(throwS3Error(place, 'GetObject', key))) ?? []);
}

async function append(path: string, bytes: Buffer): Promise<void> {
  await appendFile(path, bytes).catch((error: unknown) => {
    throw createUnwritableError(path, error);
  });
}
