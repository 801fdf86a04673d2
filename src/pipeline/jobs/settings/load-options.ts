import { LoaderError } from '../../../errors.ts';
import { maxRangeCount } from '../../../load/limits.ts';
import { parseOptions } from '../../../options/parse.ts';
import { hideUrlSecrets } from '../../../text/hide-url-secrets.ts';
import { resolveDirect } from '../../../options/resolve.ts';
import type { Settings } from '../../../load/settings.ts';
import { readJsonOptions } from '../../../options/from-json.ts';
import { didYouMean } from '../../../options/suggest.ts';
import { options, type OptionKey } from '../../../options/table.ts';
import { ValueProblem } from '../../../options/value-kind.ts';
import { wholeNumber } from '../../../options/values.ts';
import type { JobSettings, LoadSettings } from '../../state/job.ts';
import { maxIdleMs } from '../../state/task.ts';

/** Source name for checks that do not depend on the source. */
const placeholderSource = 's3://bucket/key';

const parallelKind = wholeNumber(1, maxRangeCount);

/** The write options that a file can set. Jobs have their own limit for a table that accepts no writes. */
const writeOptions: Partial<Record<OptionKey, true>> = { concurrency: true, maxWriteUnits: true, maxErrors: true };

/** Names of the options that a file can set: source, reading, mapping and some of writing. */
const allowedNames: ReadonlySet<string> = new Set(
  (Object.keys(options) as OptionKey[])
    .filter((key) => {
      const { group } = options[key];
      return group === 'source' || group === 'read' || group === 'map' || key in writeOptions;
    })
    .map((key) => options[key].name),
);

/** Checks whether a file can set this option. @param name The long name. */
export function isUploadOption(name: string): boolean {
  return allowedNames.has(name) || name === 'parallel';
}

/**
 * Parses the settings of a file.
 * @param values Options by their long names, as in a configuration file, and `parallel`: the number of ranges that are loaded at
 * the same time, each in its own order (default 1).
 * @throws LoaderError SETTINGS_INVALID with all problems.
 */
export function parseJobSettings(values: unknown, table: string): JobSettings {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw invalidSettings(['they must be option names and values']);
  const { parallel: requested, ...rest } = values as Record<string, unknown>;
  const problems: string[] = [];
  const parallel = parseParallel(requested, problems);
  const settings = { table, options: rest };
  const { write } = resolve(settings, placeholderSource, parallel, problems);
  return { settings, parallel, maxErrors: write.maxErrors };
}

/**
 * Returns the settings for loading one range of a job.
 * @param name The name of the source.
 * @throws LoaderError SETTINGS_INVALID
 */
export function getRangeSettings(settings: LoadSettings, name: string, parallel: number): Settings {
  const all = resolve(settings, name, parallel, []);
  const { write } = all;
  const isWhole = parallel === 1 || write.maxErrors.kind === 'count';
  return {
    ...all,
    write: {
      ...write,
      // The job's own limit applies first.
      retryForMs: maxIdleMs,
      // A range may start in a part of the file with a different shape.
      checksShape: write.checksShape && parallel === 1,
      // A percentage applies to the whole file: a single range cannot check it.
      maxErrors: isWhole ? write.maxErrors : { kind: 'count', count: Infinity },
      maxWriteUnits: write.maxWriteUnits === undefined ? undefined : Math.floor(write.maxWriteUnits / parallel),
    },
  };
}

function resolve({ table, options: values }: LoadSettings, name: string, parallel: number, known: string[]): Settings {
  const problems = [...known];
  const allowed = Object.entries(values).filter(([key]) => {
    if (!allowedNames.has(key)) problems.push(describeUnsupported(key));
    return allowedNames.has(key);
  });
  const all = readJsonOptions(Object.fromEntries(allowed), 'file');
  const withTable = new Map(all.given).set('table', { text: table, from: 'file' });
  const parsed = parseOptions(withTable, [name]);
  const { maxRecords, maxWriteUnits } = parsed.values;
  if (parallel > 1 && maxRecords !== undefined) {
    problems.push('max-records cannot be used with parallel: ranges that load in parallel have no first records');
  }
  if (maxWriteUnits !== undefined && maxWriteUnits < parallel) {
    problems.push(`max-write-units is ${maxWriteUnits}, but ${parallel} ranges need at least ${parallel}`);
  }
  try {
    const environment = { env: {}, stdinIsTerminal: false, isFile: () => false };
    return resolveDirect({ ...parsed, earlierProblems: [...problems, ...all.problems] }, environment);
  } catch (error) {
    throw error instanceof LoaderError ? invalidSettings([error.message]) : error;
  }
}

/** Suggests a similar option unless csv2ddb has an option with this name. */
function describeUnsupported(key: string): string {
  const isKnown = Object.values(options).some(({ name }) => name === key);
  const suggestion = isKnown ? '' : didYouMean(key, [...allowedNames, 'parallel']);
  return `${hideUrlSecrets(key)} cannot be set for a file${suggestion}`;
}

function parseParallel(requested: unknown, problems: string[]): number {
  if (requested === undefined) return 1;
  try {
    return parallelKind.parse(parallelKind.write(requested) ?? '');
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    problems.push(`parallel ${error.message}`);
    return 1;
  }
}

export function invalidSettings(problems: readonly string[]): LoaderError {
  return new LoaderError('SETTINGS_INVALID', `invalid settings of the object: ${problems.join('; ')}`, {
    hint: 'Correct the settings, then upload the file again.',
  });
}
