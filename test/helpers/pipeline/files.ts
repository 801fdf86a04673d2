import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTableWithFile, type Mapping } from '../compare/compare.ts';
import { tempDir } from '../temp.ts';
import type { Pipeline } from './pipeline.ts';

/** Load options by name. */
export type FileSettings = Readonly<Record<string, unknown>>;

/**
 * Uploads a file to the pipeline's bucket, and keeps a copy for comparison.
 * @param settings Settings of this file; default: those of the pipeline.
 * @returns the path of the copy.
 */
export async function putFile(
  pipeline: Pipeline,
  key: string,
  bytes: string | Uint8Array,
  settings?: FileSettings,
): Promise<string> {
  const path = join(tempDir(), 'file.csv');
  writeFileSync(path, bytes);
  await pipeline.putObject(key, bytes, settings && (await putSettings(pipeline, settings)));
  return path;
}

/** Stores settings for uploads. @returns the object metadata that refers to them. */
export async function putSettings(pipeline: Pipeline, settings: FileSettings): Promise<Record<string, string>> {
  const body = JSON.stringify(settings);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await pipeline.putObject(`state/settings/${sha256}`, body);
  return { 'csv2ddb-settings': sha256 };
}

/** Stores the settings for files without their own. */
export async function putDefaultSettings(pipeline: Pipeline, settings: FileSettings): Promise<void> {
  await pipeline.putObject('state/settings/default', JSON.stringify(settings));
}

/** Describes how the table differs from the files loaded one after the other; see `compareTableWithFile`. */
export function differencesFrom(
  { ministack, table }: Pipeline,
  files: string | readonly string[],
  mapping: Partial<Mapping> = {},
): Promise<string[]> {
  return compareTableWithFile(ministack.dynamodb, table, files, { keys: ['id'], ...mapping });
}
