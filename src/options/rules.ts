import { basename } from 'node:path';
import { dialectProblem } from '../load/read/csv-parse/dialect-problem.ts';
import { publicText } from '../text/public-text.ts';
import type { CommandName } from './option.ts';
import { attributeTypes, refuse, usesAwsBesides, type OptionValues, type ParsedOptions } from './parse.ts';
import { awsOptions, oppositeSwitches, type Given } from './raw-options.ts';
import { localFolder, options, type OptionKey } from './table.ts';

/** A command, or the function of a pipeline, which takes the options of `worker` from its environment. */
export type RuledCommand = CommandName | 'function';

/** The options of a command, and the little of the world that decides what they mean. */
export interface RuleContext {
  readonly command: RuledCommand;
  /** Sources, files, or the folder of `local`, as they were named. */
  readonly operands: readonly string[];
  readonly given: Given;
  readonly values: OptionValues;
  /** Whether the config file, or the call, has problems: the operands may be among them. */
  readonly hasProblems: boolean;
  readonly stdinIsTerminal: boolean;
  /** Whether a path is an existing regular file. */
  readonly isFile: (path: string) => boolean;
}

/** Something that options, operands and their surroundings must agree on. */
type Rule = {
  /** The commands that it applies to. */
  readonly of: 'all' | readonly RuledCommand[];
} & (
  | {
      readonly isBroken: (context: RuleContext) => boolean;
      /** Says what is wrong and what to do. */
      readonly sentence: string;
    }
  | {
      /** Returns a sentence, or several, if the rule is broken. */
      readonly find: (context: RuleContext) => string | readonly string[] | undefined;
    }
);

/** Every rule, in the order of the messages. */
const rules: readonly Rule[] = [
  isRequired(['direct', 'provision'], 'table', 'the table to load into, like --table people'),
  isRequired(['provision'], 'partitionKey', 'the partition key of the table, like --partition-key id'),
  isRequired(['function'], 'table', 'the table to load into'),
  isRequired(['function'], 'bucket', 'the bucket of the pipeline'),
  isRequired(['function'], 'queueUrl', 'the URL of the queue that the bucket sends its events to'),
  {
    of: ['direct'],
    find: ({ values: { local }, isFile }) =>
      tookASource(local, isFile)
        ? `--local took '${publicText(local)}' as its folder: put --local last, or write --local=DIR`
        : undefined,
  },
  {
    of: ['direct'],
    // A source that --local took, or that the config file names wrongly, is what is missing: once is enough to say so.
    isBroken: ({ operands, stdinIsTerminal, hasProblems, values, isFile }) =>
      operands.length === 0 && stdinIsTerminal && !hasProblems && !tookASource(values.local, isFile),
    sentence:
      'there is nothing to read: name a CSV file, or pipe one in (cat people.csv | csv2ddb direct --table people)',
  },
  {
    of: ['upload'],
    // A policy is the same whatever is put.
    isBroken: ({ operands, stdinIsTerminal, values }) =>
      operands.length === 0 && stdinIsTerminal && !values.printPolicy,
    sentence: 'there is nothing to put: name a CSV file, or pipe one in with --key people.csv',
  },
  {
    of: ['upload'],
    isBroken: ({ operands, stdinIsTerminal, values }) =>
      (operands.length === 0 ? !stdinIsTerminal : operands.includes('-')) &&
      values.key === undefined &&
      !values.printPolicy,
    sentence: 'standard input has no name of its own: give it one with --key, like --key people.csv',
  },
  isNamed('direct', 'source'),
  isNamed('upload', 'file'),
  {
    of: ['direct', 'upload'],
    isBroken: ({ operands }) => operands.filter((name) => name === '-').length > 1,
    sentence: 'standard input (-) can be read only once',
  },
  {
    of: ['upload'],
    isBroken: ({ operands, values }) => values.key !== undefined && operands.length > 1,
    sentence: '--key names one file, and there are several',
  },
  { of: ['upload'], find: ({ operands }) => sameNames(operands) },
  {
    of: ['local'],
    find({ operands, values, isFile }) {
      const dir = servedFolder(operands, values);
      if (dir === '') return 'the name of the folder is empty';
      return isFile(dir) ? `'${dir}' is a file: name the folder that --local loaded into` : undefined;
    },
  },
  { of: ['direct'], find: localAndAws },
  ...oppositeSwitches.map(([one, other]) => excludes(options[one].commands ?? 'all', one, other)),
  {
    of: ['direct'],
    find({ values }) {
      const both = values.select?.filter((column) => values.drop?.includes(column)) ?? [];
      if (both.length === 0) return undefined;
      return `--select and --drop both name ${both.map((name) => `'${name}'`).join(', ')}`;
    },
  },
  { of: ['direct'], find: ({ values }) => dialectProblem(values) },
  {
    of: ['direct'],
    isBroken: ({ values }) => values.escape !== undefined && values.quote === undefined,
    sentence: '--escape has a meaning inside quotes only, and --quote is none',
  },
  needs(['direct'], 'noHeader', 'columns', ': nothing else names the columns'),
  { of: ['direct'], find: ({ values }) => keysWithoutTableToMake(values) },
  {
    of: ['direct'],
    isBroken: ({ values }) => makesTable(values) && values.sortKey !== undefined && values.partitionKey === undefined,
    sentence: '--sort-key needs --partition-key beside it',
  },
  {
    of: ['direct', 'provision'],
    isBroken: ({ values }) => values.partitionKey !== undefined && values.partitionKey === values.sortKey,
    sentence: '--partition-key and --sort-key name the same attribute',
  },
  { of: ['provision'], find: ({ values }) => wrongKeyTypes(values) },
  needs(['provision'], 'readUnits', 'writeUnits', ' beside it'),
  excludes(['provision'], 'email', 'notify', '--email makes a topic, --notify names one: leave one out'),
  excludes(['provision'], 'noFunction', 'maxFunctions'),
];

/** What commands without operands do not depend on. */
const nothingAround = { stdinIsTerminal: false, isFile: () => false };

/**
 * Holds the options of a command to the rules.
 * @param parsed its sources are the operands: sources, files, or the folder of `local`
 * @returns the values of all options
 * @throws LoaderError USAGE, with all that is wrong in one message
 */
export function checkOptions(
  command: RuledCommand,
  parsed: ParsedOptions,
  { stdinIsTerminal, isFile }: Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> = nothingAround,
): OptionValues {
  const { sources: operands, given, values, problems, known } = parsed;
  const hasProblems = known.length > 0;
  const context = { command, operands, given, values, hasProblems, stdinIsTerminal, isFile };
  const found = rules
    .filter(({ of }) => of === 'all' || of.includes(command))
    .flatMap((rule) => ('find' in rule ? (rule.find(context) ?? []) : rule.isBroken(context) ? rule.sentence : []));
  const hint =
    command === 'function'
      ? 'docs/pipeline.md says what the function needs'
      : `csv2ddb ${command} --help lists the options`;
  refuse([...known, ...problems, ...found], hint);
  return values;
}

/** The folder that `csv2ddb local` serves. */
export function servedFolder([named]: readonly string[], { local }: Pick<OptionValues, 'local'>): string {
  return named ?? local ?? localFolder;
}

function isRequired(of: readonly RuledCommand[], key: OptionKey, what: string): Rule {
  const { name, env } = options[key];
  return {
    of,
    isBroken: ({ given }) => !given.has(key),
    sentence: `${of.includes('function') ? env : `--${name}`} is missing: ${what}`,
  };
}

function isNamed(command: CommandName, what: string): Rule {
  return {
    of: [command],
    find({ operands }) {
      if (operands.includes('')) return `the name of a ${what} is empty`;
      return operands.some((name) => name.includes('\0')) ? `the name of a ${what} holds a zero byte` : undefined;
    },
  };
}

/** @param why what follows the names, in the sentence */
function needs(of: Rule['of'], key: OptionKey, other: OptionKey, why: string): Rule {
  return {
    of,
    isBroken: ({ values }) => isSet(values[key]) && !isSet(values[other]),
    sentence: `--${options[key].name} needs --${options[other].name}${why}`,
  };
}

function excludes(
  of: Rule['of'],
  one: OptionKey,
  other: OptionKey,
  sentence = `--${options[one].name} and --${options[other].name} contradict each other: leave one out`,
): Rule {
  return { of, isBroken: ({ values }) => isSet(values[one]) && isSet(values[other]), sentence };
}

function isSet(value: OptionValues[OptionKey]): boolean {
  return value !== undefined && value !== false;
}

/** Whether `--local`, whose value may be left out, took a source that follows it for its folder. */
function tookASource(local: string | undefined, isFile: RuleContext['isFile']): local is string {
  if (local === undefined) return false;
  return local === '-' || /^[a-z][a-z0-9]+:\/\//i.test(local) || local.includes('*') || isFile(local);
}

/** The second would take the place of the first before that is loaded. */
function sameNames(files: readonly string[]): string[] {
  const names = files.map((file) => basename(file));
  const twice = new Set(names.filter((name, at) => names.indexOf(name) !== at && name !== '-'));
  return [...twice].map((name) => `two files are called ${name}: the second would take the place of the first`);
}

function localAndAws({ values, given, operands }: RuleContext): string | undefined {
  if (values.local === undefined) return undefined;
  const others = awsOptions(usesAwsBesides(given, operands)).filter((key) => given.has(key));
  if (others.length === 0) return undefined;
  const names = others.map((key) => `--${options[key].name}`).join(' and ');
  return `--local loads into the DynamoDB embedded here, ${names} into another: leave one out`;
}

function makesTable(values: OptionValues): boolean {
  return values.createTable || values.local !== undefined;
}

function keysWithoutTableToMake(values: OptionValues): string | undefined {
  const keys = (['partitionKey', 'sortKey'] as const).filter((key) => values[key] !== undefined);
  if (makesTable(values) || keys.length === 0) return undefined;
  const names = keys.map((key) => `--${options[key].name}`).join(' and ');
  const verb = keys.length === 1 ? 'has' : 'have';
  return `${names} only ${verb} a meaning with --create-table or --local: a table that is there has its keys`;
}

function wrongKeyTypes(values: OptionValues): string[] {
  const types = attributeTypes(values);
  return [values.partitionKey, values.sortKey].flatMap((key = '') => {
    const type = types.get(key);
    return type === 'BOOL' || type === 'NULL' ? `--types makes ${key} ${type}, and a key is S, N or B` : [];
  });
}
