import { LoaderError } from '../../../errors.ts';
import type { Given } from '../../../options/raw-options.ts';
import { options, optionsOf } from '../../../options/table.ts';
import { jobSettingsFrom, isBrought } from './load-options.ts';

/**
 * What was given of the settings that a file can bring with it, as JSON: the same text for the same settings.
 * @param command whose options these are
 * @returns undefined where nothing was given
 * @throws LoaderError USAGE
 */
export function settingsText(command: 'upload' | 'provision', given: Given): string | undefined {
  const values: Record<string, unknown> = {};
  for (const [key] of optionsOf(command)) {
    const { name } = options[key];
    const text = given.get(key)?.text;
    if (text !== undefined && isBrought(name)) values[name] = text;
  }
  if (Object.keys(values).length === 0) return undefined;
  try {
    jobSettingsFrom(values, 'any');
  } catch (error) {
    throw error instanceof LoaderError ? new LoaderError('USAGE', error.message) : error;
  }
  return `${JSON.stringify(values, undefined, 2)}\n`;
}
