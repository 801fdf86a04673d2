import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareTableWithFile, type Mapping } from '../compare/compare.ts';
import { tempDir } from '../run/run.ts';
import type { Pipeline } from './pipeline.ts';

/** Options that a file is loaded with, by their names on the command line. */
export type FileSettings = Readonly<Record<string, unknown>>;

/**
 * Puts a file under a key of the pipeline, and keeps it for a comparison.
 * @param settings its own; default: those of the pipeline
 * @returns its path here
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

/** Puts settings where objects name them. @returns the metadata of such an object */
export async function putSettings(pipeline: Pipeline, settings: FileSettings): Promise<Record<string, string>> {
  const body = JSON.stringify(settings);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await pipeline.putObject(`state/settings/${sha256}`, body);
  return { 'csv2ddb-settings': sha256 };
}

/** Puts the settings of all files that bring none of their own. */
export async function putDefaultSettings(pipeline: Pipeline, settings: FileSettings): Promise<void> {
  await pipeline.putObject('state/settings/default', JSON.stringify(settings));
}

/** Where the table is not what the files, loaded one after the other, leave behind; see `compareTableWithFile`. */
export function differencesFrom(
  { ministack, table }: Pipeline,
  files: string | readonly string[],
  mapping: Partial<Mapping> = {},
): Promise<string[]> {
  return compareTableWithFile(ministack.dynamodb, table, files, { keys: ['id'], ...mapping });
}
