import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Summary } from '../../src/load/summary.ts';
import type { Item } from '../helpers/compare/keys.ts';
import { describeDifferences, scanAll } from '../helpers/compare/tables.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { type Fixture, fixturePath, fixtures } from '../helpers/fixtures/fixtures.ts';
import { run, summaryOf, tempDir } from '../helpers/run/run.ts';
import type { Texts } from '../unit/options/given.ts';

const emulator = withDynalite();
const folder = tempDir();
let tables = 0;

function fixtureOf(name: string): Fixture {
  const fixture = fixtures.find((one) => one.name === name);
  if (fixture === undefined) throw new Error(`there is no fixture ${name}`);
  return fixture;
}

/** Converts options to command-line arguments. Flags have the value `true`. */
function argumentsOf(options: Texts): string[] {
  return Object.entries(options).flatMap(([key, text]) => {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return text === 'true' ? [flag] : [flag, text];
  });
}

interface Place {
  readonly table: string;
  readonly cwd: string;
}

function newPlace(): Place {
  return { table: `fixture-${++tables}`, cwd: tempDir() };
}

async function load(path: string, options: Texts, { table, cwd }: Place): Promise<Summary> {
  const to = ['--table', table, '--create-table', '--endpoint-url', emulator.endpoint, '--json'];
  const result = await run(['direct', path, ...to, ...argumentsOf(options)], { cwd });
  const summary = summaryOf(result);
  expect(result.status, result.stderr).toBe(summary.exitStatus);
  return summary;
}

/** Attribute values of an item; null: NULL. */
type Attributes = Readonly<Record<string, string | null>>;

function itemOf(attributes: Attributes): Item {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, text]) => [name, text === null ? { NULL: true } : { S: text }]),
  );
}

/** The items of each fixture, whose key is the first attribute, and the rejects file as latin-1 text. */
const expected: readonly (readonly [fixture: string, items: readonly Attributes[], rejects?: string])[] = [
  [
    'delimiter-two-bars',
    [
      { id: '1', name: 'a|b', note: 'c' },
      { id: '2', name: 'a||b', note: '|' },
      { id: '3' },
      { id: '4', name: 'x', note: '|y' },
    ],
  ],
  [
    'delimiter-tab',
    [
      { id: '1', name: 'Ann Lee', note: 'a, b; c' },
      { id: '2', name: 'a tab\tin quotes' },
      { id: '3', name: '5" tall', note: 'x' },
    ],
  ],
  [
    'quote-none',
    [
      { id: '1', name: '"a', note: 'b"' },
      { id: '2', name: '5" pipe', note: 'say "hi"' },
      { id: '3', name: '"open', note: '"""' },
      { id: '4', name: '"x', note: 'y' },
    ],
  ],
  [
    'trim',
    [
      { id: '1', name: 'Ann Lee', note: 'x' },
      { id: '2', name: '  kept  ', note: ' a, b ' },
      { id: '3' },
      { id: '4', name: 'c', note: 'd' },
    ],
  ],
  [
    'mysql-outfile',
    [
      { id: '1', name: 'Ann "A" Lee', note: null },
      { id: '2', name: 'C:\\temp', note: 'two\nlines' },
      { id: '3', name: 'half \\ full', note: null },
    ],
  ],
  [
    'ragged-reject',
    [
      { id: '1', a: 'x', b: 'y' },
      { id: '6', a: 'x\ny', b: 'z' },
    ],
    'id,a,b\n2,x\n3,x,y,z\n4\n5,x,y,,\n',
  ],
  [
    'skip-records',
    [
      { id: '3', name: 'c' },
      { id: '4', name: 'd' },
    ],
    'id,name\n5\n',
  ],
  [
    'shift-jis-with-bars-and-backslashes',
    [
      { id: '1', 名前: 'ポーズ', 備考: '表 "十" 能' },
      { id: '2', 名前: 'ソ', 備考: 'ア|ソ' },
      { id: '3', 名前: '弌', 備考: 'x' },
    ],
  ],
  [
    'utf-16be-not-valid',
    [
      { id: '1', name: 'a' },
      { id: '3', name: '🚀' },
    ],
    '\xfe\xff\0i\0d\0,\0n\0a\0m\0e\0\n\x002\0,\xd8=\0b\0\n',
  ],
  [
    'packed-with-gzip-in-two-members',
    [
      { id: '1', name: 'Zoë' },
      { id: '2', name: 'b\n' },
    ],
  ],
  [
    'folder-with-spaces-and-unicode',
    [
      { id: '1', name: 'a' },
      { id: '2', name: 'b' },
    ],
  ],
  [
    'quote-never-closed',
    [
      { id: '1', name: 'a' },
      { id: '2', name: 'b\nc' },
      { id: '3', name: 'd' },
    ],
  ],
];

describe('a fixture loads from the command line', () => {
  it.for(expected)('%s', async ([name, attributes, rejected]) => {
    const fixture = fixtureOf(name);
    const { options = {}, rejects = [], error } = fixture;
    const place = newPlace();
    const summary = await load(fixturePath(fixture, folder), options, place);
    expect(summary).toMatchObject({
      exitStatus: error !== undefined ? 3 : rejects.length > 0 ? 1 : 0,
      written: attributes.length,
      rejected: rejects.length,
    });
    const items = await scanAll(emulator.client, place.table);
    expect(describeDifferences(attributes.map(itemOf), items, ['id'])).toEqual([]);
    const { rejectsFile } = summary;
    if (rejected === undefined) expect(rejectsFile).toBeNull();
    else expect(readFileSync(join(place.cwd, String(rejectsFile)))).toEqual(Buffer.from(rejected, 'latin1'));
  });

  it.each([
    ['ragged-reject', { ragged: 'truncate' }, 4],
    ['utf-8-not-valid', { encoding: 'latin1' }, 6],
    ['packed-with-gzip', { ragged: 'pad' }, 1],
    ['numbers-as-written', { types: 'n:S' }, 4],
  ] as const)('the rejects of %s load with different options: %o', async (name, other, count) => {
    const fixture = fixtureOf(name);
    const { options = {} } = fixture;
    const place = newPlace();
    const first = await load(fixturePath(fixture, folder), options, place);
    expect(first.exitStatus).toBe(1);
    const second = await load(String(first.rejectsFile), { ...options, ...other }, place);
    expect(second).toMatchObject({ exitStatus: 0, read: count, written: count, rejected: 0 });
  });
});
