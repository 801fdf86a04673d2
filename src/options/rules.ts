import { dialectProblem } from '../load/read/csv-parse/dialect-problem.ts';
import type { Given } from './raw-options.ts';
import { publicText } from '../text/public-text.ts';
import { usesAwsBesides, type OptionValues } from './parse.ts';

/** What the rules look at: the options, and the little of the world that decides what they mean. */
export interface RuleContext {
  readonly sources: readonly string[];
  readonly given: Given;
  readonly values: OptionValues;
  readonly stdinIsTerminal: boolean;
  /** Whether a path is an existing regular file. */
  readonly isFile: (path: string) => boolean;
}

/** A contradiction between options, as a sentence that says what to do; undefined where there is none. */
type Rule = (context: RuleContext) => string | undefined;

const tableIsNamed: Rule = ({ given }) =>
  given.has('table') ? undefined : '--table is missing: the table to load into, like --table people';

const somethingToRead: Rule = ({ sources, stdinIsTerminal }) =>
  sources.length === 0 && stdinIsTerminal
    ? 'there is nothing to read: name a CSV file, or pipe one in (cat people.csv | csv2ddb direct --table people)'
    : undefined;

const sourcesAreNamed: Rule = ({ sources }) => {
  if (sources.includes('')) return 'the name of a source is empty';
  return sources.some((source) => source.includes('\0')) ? 'the name of a source holds a zero byte' : undefined;
};

const stdinOnce: Rule = ({ sources }) =>
  sources.filter((source) => source === '-').length > 1 ? 'standard input (-) can be read only once' : undefined;

const localTookASource: Rule = ({ values: { local }, isFile }) => {
  if (local === undefined) return undefined;
  const isSource = local === '-' || /^[a-z][a-z0-9]+:\/\//i.test(local) || local.includes('*') || isFile(local);
  return isSource
    ? `--local took '${publicText(local)}' as its folder: put --local last, or write --local=DIR`
    : undefined;
};

const localIsNotAws: Rule = ({ values, given, sources }) => {
  if (values.local === undefined) return undefined;
  const others = (['endpointUrl', 'profile', 'region'] as const)
    .filter((key) => given.has(key))
    // They are for the objects that are read, or for the topic, then.
    .filter((key) => key === 'endpointUrl' || !usesAwsBesides(given, sources));
  const names = others.map((key) => (key === 'endpointUrl' ? '--endpoint-url' : `--${key}`));
  return names.length === 0
    ? undefined
    : `--local loads into the DynamoDB embedded here, ${names.join(' and ')} into another: leave one out`;
};

const resumeOrRestart: Rule = ({ values }) =>
  values.resume && values.restart ? '--resume and --restart contradict each other: leave one out' : undefined;

/** What no command takes together. */
export function opposites({ quiet, verbose }: Pick<OptionValues, 'quiet' | 'verbose'>): string[] {
  return quiet && verbose ? ['--quiet and --verbose contradict each other: leave one out'] : [];
}

const quietOrVerbose: Rule = ({ values }) => opposites(values)[0];

const selectedOrDropped: Rule = ({ values }) => {
  const both = values.select?.filter((column) => values.drop?.includes(column)) ?? [];
  return both.length === 0 ? undefined : `--select and --drop both name ${both.map((name) => `'${name}'`).join(', ')}`;
};

const marksCanBeToldApart: Rule = ({ values }) => dialectProblem(values);

const escapeNeedsQuotes: Rule = ({ values }) =>
  values.escape !== undefined && values.quote === undefined
    ? '--escape has a meaning inside quotes only, and --quote is none'
    : undefined;

const columnsWithoutHeader: Rule = ({ values }) =>
  values.noHeader && values.columns === undefined
    ? '--no-header needs --columns: nothing else names the columns'
    : undefined;

const keysNeedATableToMake: Rule = ({ values }) => {
  if (values.createTable || values.local !== undefined) return undefined;
  const names = [
    ...(values.partitionKey === undefined ? [] : ['--partition-key']),
    ...(values.sortKey === undefined ? [] : ['--sort-key']),
  ];
  return names.length === 0
    ? undefined
    : `${names.join(' and ')} only ${names.length === 1 ? 'has' : 'have'} a meaning with --create-table or --local: ` +
        'a table that is there has its keys';
};

const sortKeyNeedsPartitionKey: Rule = ({ values }) =>
  values.sortKey !== undefined &&
  values.partitionKey === undefined &&
  (values.createTable || values.local !== undefined)
    ? '--sort-key needs --partition-key beside it'
    : undefined;

const keysDiffer: Rule = ({ values }) =>
  values.partitionKey !== undefined && values.partitionKey === values.sortKey
    ? '--partition-key and --sort-key name the same attribute'
    : undefined;

const rules: readonly Rule[] = [
  tableIsNamed,
  localTookASource,
  somethingToRead,
  sourcesAreNamed,
  stdinOnce,
  localIsNotAws,
  resumeOrRestart,
  quietOrVerbose,
  selectedOrDropped,
  marksCanBeToldApart,
  escapeNeedsQuotes,
  columnsWithoutHeader,
  keysNeedATableToMake,
  sortKeyNeedsPartitionKey,
  keysDiffer,
];

/** All contradictions, in the order of the rules. */
export function contradictions(context: RuleContext): string[] {
  // A source that --local took is what is missing: once is enough to say so.
  if (localTookASource(context) !== undefined && context.sources.length === 0) {
    const others = rules.filter((rule) => rule !== somethingToRead);
    return others.map((rule) => rule(context)).filter((problem) => problem !== undefined);
  }
  return rules.map((rule) => rule(context)).filter((problem) => problem !== undefined);
}
