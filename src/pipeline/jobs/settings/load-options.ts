import { LoaderError } from '../../../errors.ts';
import { mostRanges } from '../../../load/limits.ts';
import { parseOptions } from '../../../options/parse.ts';
import { publicText } from '../../../text/public-text.ts';
import { resolveDirect } from '../../../options/resolve.ts';
import type { Settings } from '../../../load/settings.ts';
import { givenFrom } from '../../../options/from-json.ts';
import { didYouMean } from '../../../options/suggest.ts';
import { options, type OptionKey } from '../../../options/table.ts';
import { ValueProblem } from '../../../options/value-kind.ts';
import { wholeNumber } from '../../../options/values.ts';
import type { JobSettings, LoadSettings } from '../../state/job.ts';
import { longestSilenceMs } from '../../state/task.ts';

/** Where none of the options says anything about the source. */
const anyName = 's3://bucket/key';

const parallelKind = wholeNumber(1, mostRanges);

/** Of the options of writing; a job that the table takes nothing of ends by a rule of its own. */
const ofWriting: Partial<Record<OptionKey, true>> = { concurrency: true, maxWriteUnits: true, maxErrors: true };

/** How records are read and mapped, and what may be asked of the table: all else is the pipeline's own. */
const named: ReadonlySet<string> = new Set(
  (Object.keys(options) as OptionKey[])
    .filter((key) => {
      const { group } = options[key];
      return group === 'source' || group === 'read' || group === 'map' || key in ofWriting;
    })
    .map((key) => options[key].name),
);

/** Whether a file can bring this option with it. @param name its long name */
export function isBrought(name: string): boolean {
  return named.has(name) || name === 'parallel';
}

/**
 * What a file is loaded with.
 * @param values by the long names of options, as a configuration file has them, and `parallel`: into how many ranges, each in
 * order but not one behind the other, the file is cut (default 1).
 * @throws LoaderError SETTINGS_INVALID, with all that is wrong
 */
export function jobSettingsFrom(values: unknown, table: string): JobSettings {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) throw unusable(['they are no map']);
  const { parallel: asked, ...rest } = values as Record<string, unknown>;
  const problems: string[] = [];
  const parallel = parallelOf(asked, problems);
  const settings = { table, options: rest };
  const { write } = resolve(settings, anyName, parallel, problems);
  return { settings, parallel, maxErrors: write.maxErrors };
}

/**
 * The settings that `load` takes, for one of the ranges of a job.
 * @param name of the source
 * @throws LoaderError SETTINGS_INVALID
 */
export function settingsOf(settings: LoadSettings, name: string, parallel: number): Settings {
  const all = resolve(settings, name, parallel, []);
  const { write } = all;
  const isWhole = parallel === 1 || write.maxErrors.kind === 'count';
  return {
    ...all,
    write: {
      ...write,
      // The job's own rule ends it where the table takes nothing.
      retryForMs: longestSilenceMs,
      // A share is one of the whole file: no range can judge it alone.
      maxErrors: isWhole ? write.maxErrors : { kind: 'count', count: Infinity },
      maxWriteUnits: write.maxWriteUnits === undefined ? undefined : Math.floor(write.maxWriteUnits / parallel),
    },
  };
}

function resolve({ table, options: values }: LoadSettings, name: string, parallel: number, known: string[]): Settings {
  const problems = [...known];
  const brought = Object.entries(values).filter(([key]) => {
    if (!named.has(key)) problems.push(notBrought(key));
    return named.has(key);
  });
  const all = givenFrom(Object.fromEntries(brought), 'file');
  const ours = new Map(all.given).set('table', { text: table, from: 'file' });
  const parsed = parseOptions(ours, [name]);
  const { maxRecords, maxWriteUnits } = parsed.values;
  if (parallel > 1 && maxRecords !== undefined) {
    problems.push('max-records and parallel contradict each other: which records come first is not known there');
  }
  if (maxWriteUnits !== undefined && maxWriteUnits < parallel) {
    problems.push(`max-write-units is ${maxWriteUnits}, less than one for each of ${parallel} ranges`);
  }
  try {
    const around = { env: {}, stdinIsTerminal: false, isFile: () => false };
    return resolveDirect({ ...parsed, known: [...problems, ...all.problems] }, around);
  } catch (error) {
    throw error instanceof LoaderError ? unusable([error.message]) : error;
  }
}

/** Only a name that the program does not know is taken for a slip. */
function notBrought(key: string): string {
  const isKnown = Object.values(options).some(({ name }) => name === key);
  const meant = isKnown ? '' : didYouMean(key, [...named, 'parallel']);
  return `${publicText(key)} is no option that a file brings with it${meant}`;
}

function parallelOf(asked: unknown, problems: string[]): number {
  if (asked === undefined) return 1;
  try {
    return parallelKind.parse(parallelKind.write(asked) ?? '');
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    problems.push(`parallel ${error.message}`);
    return 1;
  }
}

export function unusable(problems: readonly string[]): LoaderError {
  return new LoaderError('SETTINGS_INVALID', `the settings of the file cannot be used: ${problems.join('; ')}`, {
    hint: 'Upload the file again with other settings.',
  });
}
