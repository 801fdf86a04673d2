import { Buffer } from 'node:buffer';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { toS3Error } from '../aws/s3-errors.ts';
import type { TaskState } from '../jobs/state/task.ts';
import { reasonsPath } from '../report/summary.ts';
import { fileNameOf } from '../settle/file-name.ts';
import { makePair, unwritable } from '../settle/rejects.ts';
import type { Place } from './watch.ts';

/** Where rejected records are to go. */
export interface RejectsPlace {
  /** `--rejects`. */
  readonly wanted: string | undefined;
  /** Folder for files that are named here; undefined where the file itself is named, or it is the working folder. */
  readonly folder: string | undefined;
}

/**
 * Joins the objects of a job's rejected records to one CSV here, with the header once, and their reasons beside it.
 * @param baseName of the file that was put
 * @param objects `s3://BUCKET/KEY`, in the order of their records
 * @param header of the source as it stands there; empty where it has none
 * @returns the name of the file: the next free one where one is there
 * @throws LoaderError OUTPUT_UNWRITABLE; see `toS3Error`
 */
export async function fetchRejects(
  place: Place,
  { wanted, folder }: RejectsPlace,
  baseName: string,
  objects: readonly string[],
  header: Buffer,
): Promise<string> {
  const name = `${fileNameOf(baseName)}.rejects`;
  const path = makePair(folder === undefined ? (wanted ?? name) : join(folder, name));
  for (const [at, object] of objects.entries()) {
    const key = object.slice(`s3://${place.bucket}/`.length);
    const records = await bytesOf(place, key);
    await append(path, at === 0 ? records : withoutHeader(records, header));
    await append(reasonsPath(path), await bytesOf(place, reasonsPath(key)));
  }
  return path;
}

/** Each object is a CSV of its own. */
function withoutHeader(records: Buffer, header: Buffer): Buffer {
  return records.subarray(0, header.length).equals(header) ? records.subarray(header.length) : records;
}

/** The header that a job's loaders read, in the checkpoint of any of them. */
export function headerOf(tasks: readonly TaskState[]): Buffer {
  for (const { work } of tasks) {
    const checkpoint = work.checkpoint as { readonly header?: string | null } | null;
    if (typeof checkpoint?.header === 'string') return Buffer.from(checkpoint.header, 'base64');
  }
  return Buffer.alloc(0);
}

async function bytesOf({ s3, bucket, owner }: Place, key: string): Promise<Buffer> {
  try {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: owner });
    const { Body: body } = await s3.send(command);
    return Buffer.from((await body?.transformToByteArray()) ?? []);
  } catch (error) {
    throw toS3Error(error, { action: 'GetObject', source: `s3://${bucket}/${key}`, owner });
  }
}

async function append(path: string, bytes: Buffer): Promise<void> {
  await appendFile(path, bytes).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}
