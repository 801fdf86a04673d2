import { LoaderError } from '../../../errors.ts';
import type { RawOptions } from '../../../options/raw-options.ts';
import { options, optionsOf } from '../../../options/table.ts';
import { parseJobSettings, isUploadOption } from './load-options.ts';

/**
 * Formats the given options that a file can set as JSON. The same settings give the same text.
 * @param command The command with these options.
 * @returns undefined if no such option is given.
 * @throws LoaderError USAGE
 */
export function formatUploadSettings(command: 'upload' | 'provision', given: RawOptions): string | undefined {
  const values: Record<string, unknown> = {};
  for (const [key] of optionsOf(command)) {
    const { name } = options[key];
    const text = given.get(key)?.text;
    if (text !== undefined && isUploadOption(name)) values[name] = text;
  }
  if (Object.keys(values).length === 0) return undefined;
  try {
    parseJobSettings(values, 'any');
  } catch (error) {
    throw error instanceof LoaderError ? new LoaderError('USAGE', error.message) : error;
  }
  return `${JSON.stringify(values, undefined, 2)}\n`;
}
