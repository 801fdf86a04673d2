import { expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { checkOptions, type RuledCommand } from '../../../src/options/rules.ts';
import { processContext, makeRawOptions, type Texts } from './given.ts';

const needed: Partial<Record<RuledCommand, Texts>> = {
  direct: { table: 'people' },
  provision: { table: 'people', partitionKey: 'id' },
  function: { table: 'people', bucket: 'imports', queueUrl: 'https://h/imports' },
};

/** Returns all problems. Standard input is a terminal unless `piped`. */
function problemsOf(command: RuledCommand, operands: string[], flags: Texts, piped = false): string[] {
  try {
    checkOptions(command, parseOptions(makeRawOptions(flags), operands), {
      ...processContext,
      stdinIsTerminal: !piped,
    });
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    return error.message.split('\n  ');
  }
  return [];
}

// The rules of `direct` are tested in resolve.test.ts.
it.each<[command: RuledCommand, title: string, operands: string[], flags: Texts, problem: string]>([
  ['upload', 'no file while standard input is a terminal', [], { key: 'a.csv' }, 'nothing to upload: name a CSV file, or pipe one in with --key people.csv'], // prettier-ignore
  ['upload', 'standard input without a key', ['-'], {}, 'standard input has no file name: set an object name with --key, like --key people.csv'], // prettier-ignore
  ['upload', 'standard input twice', ['-', 'a', '-'], { printPolicy: 'true' }, 'standard input (-) can be read only once'], // prettier-ignore
  ['upload', 'an empty file name', [''], {}, 'a file name is empty'],
  ['upload', 'a null byte in a file name', ['a\0'], {}, 'a file name contains a null byte'],
  [
    'upload',
    'a key for two files',
    ['a', 'b'],
    { key: 'a.csv' },
    '--key names one object, but there are several files',
  ],
  ['upload', 'two files with the same name', ['x/a.csv', 'y/a.csv'], {}, 'two files have the name a.csv: the second would replace the first'], // prettier-ignore
  ['provision', 'no table', [], { partitionKey: 'id' }, '--table is required: name the table to load into, like --table people'], // prettier-ignore
  ['provision', 'no partition key', [], { table: 'people' }, '--partition-key is required: name the partition key of the table, like --partition-key id'], // prettier-ignore
  ['provision', 'equal keys', [], { ...needed.provision, sortKey: 'id' }, '--partition-key and --sort-key name the same attribute'], // prettier-ignore
  ['provision', 'a key with an invalid type', [], { ...needed.provision, types: 'n:BOOL', rename: 'n=id' }, 'key id has type BOOL in --types: a key must have type S, N or B'], // prettier-ignore
  ['provision', 'read units without write units', [], { ...needed.provision, readUnits: '5' }, '--read-units needs --write-units'], // prettier-ignore
  ['provision', 'two topics', [], { ...needed.provision, email: 'a@b.co', notify: 'arn:aws:sns:eu-west-1:123456789012:t' }, '--email creates a topic and --notify names one: use one of them'], // prettier-ignore
  ['provision', 'a number of functions with --no-function', [], { ...needed.provision, noFunction: 'true', maxFunctions: '2' }, '--no-function and --max-functions cannot be combined: use one of them'], // prettier-ignore
  ['local', 'an empty folder name', [''], {}, 'the folder name is empty'],
  ['local', 'a file instead of a folder', ['people.csv'], {}, "'people.csv' is a file: name the folder that --local loaded into"], // prettier-ignore
  ['function', 'no queue', [], { table: 'people', bucket: 'imports' }, 'CSV2DDB_QUEUE_URL is required: set it to the URL of the queue that receives the events of the bucket'], // prettier-ignore
])('csv2ddb %s refuses %s', (command, _, operands, flags, problem) => {
  expect(problemsOf(command, operands, flags)).toEqual([problem]);
});

it.each<RuledCommand>(['direct', 'upload', 'provision', 'worker', 'status', 'redrive', 'destroy', 'local', 'function'])(
  '%s rejects --quiet with --verbose',
  (command) => {
    const flags = { ...needed[command], quiet: 'true', verbose: 'true' };
    const operands = command === 'direct' || command === 'upload' ? ['a.csv'] : [];
    expect(problemsOf(command, operands, flags)).toEqual(['--quiet and --verbose cannot be combined: use one of them']);
  },
);

it.each([
  ['unnamed', 'name', '--unnamed'],
  ['unnamed', 'reject', '--unnamed'],
  ['sameName', 'rename', '--same-name'],
])('--columns names all columns, so --%s %s is refused', (key, value, option) => {
  const problem = `${option} and --columns cannot be combined: use one of them`;
  expect(problemsOf('direct', ['a.csv'], { table: 'people', columns: 'id', [key]: value })).toEqual([problem]);
});

it('rules ignore the options of other commands, which a config file can contain', () => {
  const others = { resume: 'true', restart: 'true', noHeader: 'true', sortKey: 'at', readUnits: '1' };
  expect(problemsOf('status', [], others)).toEqual([]);
  expect(problemsOf('local', [], others)).toEqual([]);
});

it('upload accepts piped input with a key, and prints its policy without a file', () => {
  expect(problemsOf('upload', [], { key: 'a.csv' }, true)).toEqual([]);
  expect(problemsOf('upload', ['-'], { key: 'a.csv' })).toEqual([]);
  expect(problemsOf('upload', [], { printPolicy: 'true' })).toEqual([]);
  expect(problemsOf('upload', [], { printPolicy: 'true' }, true)).toEqual([]);
});
