import { basename } from 'node:path';
import { findDialectProblem } from '../load/read/csv-parse/dialect-problem.ts';
import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import type { CommandName } from './option.ts';
import {
  typesByAttribute,
  throwProblems,
  usesOtherAwsServices,
  type OptionValues,
  type ParsedOptions,
} from './parse.ts';
import { optionsAgainstLocal, oppositeSwitches, type RawOptions } from './raw-options.ts';
import { localFolder, options, type OptionKey } from './table.ts';

/** A command, or the Lambda function of a pipeline, which reads the options of `worker` from its environment. */
export type RuledCommand = CommandName | 'function';

/** The input of the rules. */
export interface RuleContext {
  readonly command: RuledCommand;
  /** The sources, the files, or the folder of `local`, as the user wrote them. */
  readonly operands: readonly string[];
  readonly given: RawOptions;
  readonly values: OptionValues;
  /** Whether the config file or the call has problems. A missing source may be one of them. */
  readonly hasProblems: boolean;
  readonly stdinIsTerminal: boolean;
  /** Whether a path is an existing regular file. */
  readonly isFile: (path: string) => boolean;
}

/** A condition that the options and the operands of some commands must meet. */
type Rule = {
  readonly of: 'all' | readonly RuledCommand[];
} & (
  | {
      readonly isBroken: (context: RuleContext) => boolean;
      /** What is wrong and how to fix it. */
      readonly message: string;
    }
  | {
      /** Returns one or more messages if the rule is broken. */
      readonly find: (context: RuleContext) => string | readonly string[] | undefined;
    }
);

/** Every rule, in the order of its messages. */
const rules: readonly Rule[] = [
  requires(['direct', 'provision'], 'table', 'name the table to load into, like --table people'),
  requires(['provision'], 'partitionKey', 'name the partition key of the table, like --partition-key id'),
  requires(['function'], 'table', 'name the table to load into'),
  requires(['function'], 'bucket', 'name the bucket of the pipeline'),
  requires(['function'], 'queueUrl', 'set it to the URL of the queue that receives the events of the bucket'),
  {
    of: ['direct'],
    find: ({ values: { local }, isFile }) =>
      isSource(local, isFile)
        ? `--local takes '${hideUrlSecrets(local)}' as its folder: put --local last, or write --local=DIR`
        : undefined,
  },
  {
    of: ['direct'],
    // A source that --local took as its folder, or that is invalid in the config file, has its own message.
    isBroken: ({ operands, stdinIsTerminal, hasProblems, values, isFile }) =>
      operands.length === 0 && stdinIsTerminal && !hasProblems && !isSource(values.local, isFile),
    message: 'nothing to read: name a CSV file, or pipe one in (cat people.csv | csv2ddb direct --table people)',
  },
  {
    of: ['upload'],
    // The policy does not depend on the file.
    isBroken: ({ operands, stdinIsTerminal, values }) =>
      operands.length === 0 && stdinIsTerminal && !values.printPolicy,
    message: 'nothing to upload: name a CSV file, or pipe one in with --key people.csv',
  },
  {
    of: ['upload'],
    isBroken: ({ operands, stdinIsTerminal, values }) =>
      (operands.length === 0 ? !stdinIsTerminal : operands.includes('-')) &&
      values.key === undefined &&
      !values.printPolicy,
    message: 'standard input has no file name: set an object name with --key, like --key people.csv',
  },
  requiresNames('direct', 'source'),
  requiresNames('upload', 'file'),
  {
    of: ['direct', 'upload'],
    isBroken: ({ operands }) => operands.filter((name) => name === '-').length > 1,
    message: 'standard input (-) can be read only once',
  },
  {
    of: ['upload'],
    isBroken: ({ operands, values }) => values.key !== undefined && operands.length > 1,
    message: '--key names one object, but there are several files',
  },
  { of: ['upload'], find: ({ operands }) => findDuplicateNames(operands) },
  {
    of: ['local'],
    find({ operands, values, isFile }) {
      const dir = servedFolder(operands, values);
      if (dir === '') return 'the folder name is empty';
      return isFile(dir) ? `'${dir}' is a file: name the folder that --local loaded into` : undefined;
    },
  },
  { of: ['direct'], find: findLocalConflict },
  ...oppositeSwitches.map(([one, other]) => excludes(options[one].commands ?? 'all', one, other)),
  {
    of: ['direct'],
    find({ values }) {
      const both = values.select?.filter((column) => values.drop?.includes(column)) ?? [];
      if (both.length === 0) return undefined;
      return `--select and --drop both name ${both.map((name) => `'${name}'`).join(', ')}`;
    },
  },
  { of: ['direct'], find: ({ values }) => findDialectProblem({ ...values, quote: getQuote(values) }) },
  {
    of: ['direct'],
    isBroken: ({ values }) => values.escape !== undefined && values.quote === undefined,
    message: '--escape applies only inside quotes, but --quote is none',
  },
  {
    of: ['direct'],
    isBroken: ({ values, given }) => given.has('quote') && values.quote !== undefined && getQuote(values) === undefined,
    message: '--unescape postgres reads a format without quotes: use --quote none, or leave --quote out',
  },
  excludes(['direct'], 'unescape', 'escape'),
  excludes(['direct'], 'unescape', 'trim'),
  needs(['direct'], 'noHeader', 'columns', ' to name the columns'),
  replacedByColumns('unnamed'),
  replacedByColumns('sameName'),
  { of: ['direct'], find: ({ values }) => findUnusedKeys(values) },
  {
    of: ['direct'],
    isBroken: ({ values }) => createsTable(values) && values.sortKey !== undefined && values.partitionKey === undefined,
    message: '--sort-key needs --partition-key',
  },
  {
    of: ['direct', 'provision'],
    isBroken: ({ values }) => values.partitionKey !== undefined && values.partitionKey === values.sortKey,
    message: '--partition-key and --sort-key name the same attribute',
  },
  { of: ['provision'], find: ({ values }) => findInvalidKeyTypes(values) },
  needs(['provision'], 'readUnits', 'writeUnits'),
  excludes(['provision'], 'email', 'notify', '--email creates a topic and --notify names one: use one of them'),
  excludes(['provision'], 'noFunction', 'maxFunctions'),
];

/** For commands that do not depend on standard input or on files. */
const noInput = { stdinIsTerminal: false, isFile: () => false };

/**
 * Checks the options of a command against the rules.
 * @param parsed its sources are the operands: sources, files, or the folder of `local`
 * @returns the values of all options
 * @throws LoaderError USAGE, which lists every problem
 */
export function checkOptions(
  command: RuledCommand,
  parsed: ParsedOptions,
  { stdinIsTerminal, isFile }: Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> = noInput,
): OptionValues {
  const { sources: operands, given, values, problems, earlierProblems } = parsed;
  const hasProblems = earlierProblems.length > 0;
  const context = { command, operands, given, values, hasProblems, stdinIsTerminal, isFile };
  const broken = rules
    .filter(({ of }) => of === 'all' || of.includes(command))
    .flatMap((rule) => ('find' in rule ? (rule.find(context) ?? []) : rule.isBroken(context) ? rule.message : []));
  const hint =
    command === 'function'
      ? 'See docs/pipeline.md for the settings of the function.'
      : `Run csv2ddb ${command} --help to list the options.`;
  throwProblems([...earlierProblems, ...problems, ...broken], hint);
  return values;
}

/** Returns the quote in effect. PostgreSQL's text format has none. */
export function getQuote({ quote, unescape }: Pick<OptionValues, 'quote' | 'unescape'>): string | undefined {
  return unescape === 'postgres' ? undefined : quote;
}

/** Returns the folder that `csv2ddb local` serves. */
export function servedFolder([named]: readonly string[], { local }: Pick<OptionValues, 'local'>): string {
  return named ?? local ?? localFolder;
}

function requires(of: readonly RuledCommand[], key: OptionKey, fix: string): Rule {
  const { name, env } = options[key];
  return {
    of,
    isBroken: ({ given }) => !given.has(key),
    message: `${of.includes('function') ? env : `--${name}`} is required: ${fix}`,
  };
}

function requiresNames(command: CommandName, operand: string): Rule {
  return {
    of: [command],
    find({ operands }) {
      if (operands.includes('')) return `a ${operand} name is empty`;
      return operands.some((name) => name.includes('\0')) ? `a ${operand} name contains a null byte` : undefined;
    },
  };
}

/** @param purpose appended to the message */
function needs(of: Rule['of'], key: OptionKey, other: OptionKey, purpose = ''): Rule {
  return {
    of,
    isBroken: ({ values }) => isSet(values[key]) && !isSet(values[other]),
    message: `--${options[key].name} needs --${options[other].name}${purpose}`,
  };
}

function excludes(
  of: Rule['of'],
  one: OptionKey,
  other: OptionKey,
  message = `--${options[one].name} and --${options[other].name} cannot be combined: use one of them`,
): Rule {
  return { of, isBroken: ({ values }) => isSet(values[one]) && isSet(values[other]), message };
}

/** `--columns` names all columns, so an option about the names of the header has no effect. */
function replacedByColumns(key: 'unnamed' | 'sameName'): Rule {
  return {
    of: ['direct'],
    isBroken: ({ values, given }) => values.columns !== undefined && given.has(key),
    message: `--${options[key].name} and --columns cannot be combined: use one of them`,
  };
}

function isSet(value: OptionValues[OptionKey]): boolean {
  return value !== undefined && value !== false;
}

/** Whether `--local`, whose value is optional, took the source that follows it as its folder. */
function isSource(local: string | undefined, isFile: RuleContext['isFile']): local is string {
  if (local === undefined) return false;
  return local === '-' || /^[a-z][a-z0-9]+:\/\//i.test(local) || local.includes('*') || isFile(local);
}

/** The second file would replace the first before it is loaded. */
function findDuplicateNames(files: readonly string[]): string[] {
  const names = files.map((file) => basename(file));
  const duplicates = new Set(names.filter((name, at) => names.indexOf(name) !== at && name !== '-'));
  return [...duplicates].map((name) => `two files have the name ${name}: the second would replace the first`);
}

function findLocalConflict({ values, given, operands }: RuleContext): string | undefined {
  if (values.local === undefined) return undefined;
  const others = optionsAgainstLocal(usesOtherAwsServices(given, operands)).filter((key) => given.has(key));
  if (others.length === 0) return undefined;
  const names = others.map((key) => `--${options[key].name}`).join(' and ');
  return `--local loads into the embedded DynamoDB and cannot be combined with ${names}`;
}

function createsTable(values: OptionValues): boolean {
  return values.createTable || values.local !== undefined;
}

function findUnusedKeys(values: OptionValues): string | undefined {
  const keys = (['partitionKey', 'sortKey'] as const).filter((key) => values[key] !== undefined);
  if (createsTable(values) || keys.length === 0) return undefined;
  const names = keys.map((key) => `--${options[key].name}`).join(' and ');
  return `${names} can only be used with --create-table or --local: an existing table already has its keys`;
}

function findInvalidKeyTypes(values: OptionValues): string[] {
  const types = typesByAttribute(values);
  return [values.partitionKey, values.sortKey].flatMap((key = '') => {
    const type = types.get(key);
    return type === 'BOOL' || type === 'NULL'
      ? `key ${key} has type ${type} in --types: a key must have type S, N or B`
      : [];
  });
}
