import { Buffer } from 'node:buffer';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { failing, type BucketPlace } from '../../aws/s3/place.ts';
import type { ReadSettings } from '../../load/settings.ts';
import { beginningOf } from '../../load/read/start-position.ts';
import { chooseReader } from '../../load/read/choose-reader.ts';
import { reasonsPath } from '../../load/summary.ts';
import { fileNameOf } from '../../load/settle/file-name.ts';
import { refuseSharedFiles } from '../../load/settle/output-conflicts.ts';
import type { Source } from '../../load/source/source.ts';
import { folderOf, makePair, unwritable } from '../../load/settle/reject-pair.ts';
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
export function rejectsPlaceFor(settings: UploadSettings, sources: readonly Source[]): RejectsDestination {
  refuseSharedFiles({ report: settings }, sources, undefined);
  return { givenPath: settings.rejects, folder: folderOf(settings.rejects, sources.length > 1) };
}

/**
 * Downloads a job's rejected records into one CSV file with one header, and their reasons into a file beside it.
 * @returns the path of the file, with a number if it already existed
 * @throws LoaderError OUTPUT_UNWRITABLE; see `toS3Error`
 */
export async function fetchRejects(
  place: BucketPlace,
  { givenPath, folder }: RejectsDestination,
  { file, objects, read }: JobRejects,
): Promise<string> {
  const name = `${fileNameOf(file)}.rejects`;
  const path = makePair(folder === undefined ? (givenPath ?? name) : join(folder, name));
  for (const [index, object] of objects.entries()) {
    const key = object.slice(`s3://${place.bucket}/`.length);
    const records = await getBytes(place, key);
    // Each object has a header of its own.
    await append(path, index === 0 ? records : records.subarray(await measureHeader(records, read)));
    await append(reasonsPath(path), await getBytes(place, reasonsPath(key)));
  }
  return path;
}

/** Returns the size in bytes of the header at the start of each object, including the byte-order mark. */
async function measureHeader(records: Buffer, read: ReadSettings): Promise<number> {
  const reader = (await chooseReader(read.dialect)).open(beginningOf(read), 'rejected records');
  reader.push(records);
  const hasRecord = reader.next();
  const { byteOrderMark, record } = reader;
  return byteOrderMark.length + (read.header && hasRecord ? record.rawEnd - record.rawStart : 0);
}

async function getBytes(place: BucketPlace, key: string): Promise<Buffer> {
  const command = new GetObjectCommand({ Bucket: place.bucket, Key: key, ExpectedBucketOwner: place.owner });
  const bytes = place.client.send(command).then(({ Body: body }) => body?.transformToByteArray());
  return Buffer.from((await bytes.catch(failing(place, 'GetObject', key))) ?? []);
}

async function append(path: string, bytes: Buffer): Promise<void> {
  await appendFile(path, bytes).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}
