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

/** Where rejected records are to go. */
export interface RejectsPlace {
  /** `--rejects`. */
  readonly wanted: string | undefined;
  /** Folder for files that are named here; undefined where the file itself is named, or it is the working folder. */
  readonly folder: string | undefined;
}

/** The rejected records of a job. */
export interface StoredRejects {
  /** Name of the file that was put. */
  readonly file: string;
  /** `s3://BUCKET/KEY`, in the order of their records. */
  readonly objects: readonly string[];
  /** How the file was read. */
  readonly read: ReadSettings;
}

/**
 * Decides where rejected records are to go.
 * @throws LoaderError USAGE, OUTPUT_UNWRITABLE
 */
export function rejectsPlaceFor(settings: UploadSettings, sources: readonly Source[]): RejectsPlace {
  refuseSharedFiles({ report: settings }, sources, undefined);
  return { wanted: settings.rejects, folder: folderOf(settings.rejects, sources.length > 1) };
}

/**
 * Joins the objects of a job's rejected records to one CSV here, with the header once, and their reasons beside it.
 * @returns the name of the file: the next free one where one is there
 * @throws LoaderError OUTPUT_UNWRITABLE; see `toS3Error`
 */
export async function fetchRejects(
  place: BucketPlace,
  { wanted, folder }: RejectsPlace,
  { file, objects, read }: StoredRejects,
): Promise<string> {
  const name = `${fileNameOf(file)}.rejects`;
  const path = makePair(folder === undefined ? (wanted ?? name) : join(folder, name));
  for (const [at, object] of objects.entries()) {
    const key = object.slice(`s3://${place.bucket}/`.length);
    const records = await bytesOf(place, key);
    // Each object is a CSV of its own.
    await append(path, at === 0 ? records : records.subarray(await headerBytesOf(records, read)));
    await append(reasonsPath(path), await bytesOf(place, reasonsPath(key)));
  }
  return path;
}

/** How long the header is that each object begins with, byte-order mark included. */
async function headerBytesOf(records: Buffer, read: ReadSettings): Promise<number> {
  const reader = (await chooseReader(read.dialect)).open(beginningOf(read), 'rejected records');
  reader.push(records);
  const hasRecord = reader.next();
  const { byteOrderMark, record } = reader;
  return byteOrderMark.length + (read.header && hasRecord ? record.rawEnd - record.rawStart : 0);
}

async function bytesOf(place: BucketPlace, key: string): Promise<Buffer> {
  const command = new GetObjectCommand({ Bucket: place.bucket, Key: key, ExpectedBucketOwner: place.owner });
  const bytes = place.client.send(command).then(({ Body: body }) => body?.transformToByteArray());
  return Buffer.from((await bytes.catch(failing(place, 'GetObject', key))) ?? []);
}

async function append(path: string, bytes: Buffer): Promise<void> {
  await appendFile(path, bytes).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}
