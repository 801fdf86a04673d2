import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/**
 * After a kill, makes the next run wait less. The wait ends 11 seconds after the in-flight file was modified, so this sets
 * the modification time back.
 * @param folder of the checkpoint
 */
export function shortenWait(folder: string, byMs: number): void {
  const [name] = readdirSync(folder).filter((one) => one.endsWith('.in-flight'));
  if (name === undefined) throw new Error(`${folder} has no in-flight file`);
  const path = join(folder, name);
  const { atimeMs, mtimeMs } = statSync(path);
  utimesSync(path, atimeMs / 1000, (mtimeMs - byMs) / 1000);
}
