import { expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { checkOptions, type RuledCommand } from '../../../src/options/rules.ts';
import { around, given, type Texts } from './given.ts';

const needed: Partial<Record<RuledCommand, Texts>> = {
  direct: { table: 'people' },
  provision: { table: 'people', partitionKey: 'id' },
  function: { table: 'people', bucket: 'imports', queueUrl: 'https://h/imports' },
};

/** All that is wrong; standard input is a terminal unless `piped`. */
function problemsOf(command: RuledCommand, operands: string[], flags: Texts, piped = false): string[] {
  try {
    checkOptions(command, parseOptions(given(flags), operands), { ...around, stdinIsTerminal: !piped });
  } catch (error) {
    if (!(error instanceof LoaderError)) throw error;
    return error.message.split('\n  ');
  }
  return [];
}

// Those of `direct` are in resolve.test.ts.
it.each<[command: RuledCommand, title: string, operands: string[], flags: Texts, problem: string]>([
  ['upload', 'no file and a terminal', [], { key: 'a.csv' }, 'there is nothing to put: name a CSV file, or pipe one in with --key people.csv'], // prettier-ignore
  ['upload', 'standard input without a key', ['-'], {}, 'standard input has no name of its own: give it one with --key, like --key people.csv'], // prettier-ignore
  ['upload', 'standard input twice', ['-', 'a', '-'], { printPolicy: 'true' }, 'standard input (-) can be read only once'], // prettier-ignore
  ['upload', 'a file without a name', [''], {}, 'the name of a file is empty'],
  ['upload', 'a zero byte in a name', ['a\0'], {}, 'the name of a file holds a zero byte'],
  ['upload', 'a key for two files', ['a', 'b'], { key: 'a.csv' }, '--key names one file, and there are several'],
  ['upload', 'two files of one name', ['x/a.csv', 'y/a.csv'], {}, 'two files are called a.csv: the second would take the place of the first'], // prettier-ignore
  ['provision', 'no table', [], { partitionKey: 'id' }, '--table is missing: the table to load into, like --table people'], // prettier-ignore
  ['provision', 'no partition key', [], { table: 'people' }, '--partition-key is missing: the partition key of the table, like --partition-key id'], // prettier-ignore
  ['provision', 'equal keys', [], { ...needed.provision, sortKey: 'id' }, '--partition-key and --sort-key name the same attribute'], // prettier-ignore
  ['provision', 'a key of another type', [], { ...needed.provision, types: 'n:BOOL', rename: 'n=id' }, '--types makes id BOOL, and a key is S, N or B'], // prettier-ignore
  ['provision', 'read units alone', [], { ...needed.provision, readUnits: '5' }, '--read-units needs --write-units beside it'], // prettier-ignore
  ['provision', 'two topics', [], { ...needed.provision, email: 'a@b.co', notify: 'arn:aws:sns:eu-west-1:123456789012:t' }, '--email makes a topic, --notify names one: leave one out'], // prettier-ignore
  ['provision', 'functions of none', [], { ...needed.provision, noFunction: 'true', maxFunctions: '2' }, '--no-function and --max-functions contradict each other: leave one out'], // prettier-ignore
  ['local', 'a folder without a name', [''], {}, 'the name of the folder is empty'],
  ['local', 'a file in place of a folder', ['people.csv'], {}, "'people.csv' is a file: name the folder that --local loaded into"], // prettier-ignore
  ['function', 'no queue', [], { table: 'people', bucket: 'imports' }, 'CSV2DDB_QUEUE_URL is missing: the URL of the queue that the bucket sends its events to'], // prettier-ignore
])('csv2ddb %s refuses %s', (command, _, operands, flags, problem) => {
  expect(problemsOf(command, operands, flags)).toEqual([problem]);
});

it.each<RuledCommand>(['direct', 'upload', 'provision', 'worker', 'status', 'redrive', 'destroy', 'local', 'function'])(
  '%s takes --quiet or --verbose, not both',
  (command) => {
    const flags = { ...needed[command], quiet: 'true', verbose: 'true' };
    const operands = command === 'direct' || command === 'upload' ? ['a.csv'] : [];
    expect(problemsOf(command, operands, flags)).toEqual([
      '--quiet and --verbose contradict each other: leave one out',
    ]);
  },
);

it('rules do not apply to the options of other commands, which a config file may hold', () => {
  const others = { resume: 'true', restart: 'true', noHeader: 'true', sortKey: 'at', readUnits: '1' };
  expect(problemsOf('status', [], others)).toEqual([]);
  expect(problemsOf('local', [], others)).toEqual([]);
});

it('upload takes piped input with a key, and prints its policy without any file', () => {
  expect(problemsOf('upload', [], { key: 'a.csv' }, true)).toEqual([]);
  expect(problemsOf('upload', ['-'], { key: 'a.csv' })).toEqual([]);
  expect(problemsOf('upload', [], { printPolicy: 'true' })).toEqual([]);
  expect(problemsOf('upload', [], { printPolicy: 'true' }, true)).toEqual([]);
});
