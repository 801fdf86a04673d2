import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../../../src/dynamodb/table.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { bindToTable } from '../../../../src/load/map/bind-to-table.ts';
import { findClosestName } from '../../../../src/text/closest.ts';
import { planColumns } from '../../../../src/load/map/columns.ts';
import type { MapSettings } from '../../../../src/load/settings.ts';
import { settingsWith, tableWith } from './records.ts';

function plan(header: readonly string[], settings: Partial<MapSettings>) {
  return planColumns(header, settingsWith(settings));
}

function errorOf(run: () => unknown): LoaderError {
  try {
    run();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const header = ['id', 'name', 'age'];

describe('planColumns', () => {
  it.each<[string, Partial<MapSettings>, string[]]>([
    ['loads all columns', {}, ['0 id', '1 name', '2 age']],
    ['loads selected columns in the order of the header', { select: ['age', 'id', 'age'] }, ['0 id', '2 age']],
    ['omits dropped columns', { drop: ['name'] }, ['0 id', '2 age']],
    ['drops a column that is also selected', { select: ['id', 'name'], drop: ['name'] }, ['0 id']],
    [
      'renames columns',
      {
        rename: new Map([
          ['name', 'age'],
          ['age', 'name'],
        ]),
      },
      ['0 id', '1 age', '2 name'],
    ],
    [
      'looks up types by column name, not by attribute name',
      { types: new Map([['age', 'N']]), rename: new Map([['age', 'years']]) },
      ['0 id', '1 name', '2 years:N'],
    ],
    [
      'accepts types and renames of columns that are not loaded',
      { drop: ['age'], types: new Map([['age', 'N']]), rename: new Map([['age', 'id']]) },
      ['0 id', '1 name'],
    ],
  ])('%s', (_, settings, expected) => {
    const found = plan(header, settings).map(({ index, name, type }) => `${index} ${name}${type ? `:${type}` : ''}`);
    expect(found).toEqual(expected);
  });

  it('reports all unknown columns with the option and the closest name', () => {
    const error = errorOf(() =>
      plan(header, {
        select: ['id', 'nane'],
        drop: ['AGE'],
        rename: new Map([['zzzzzz', 'a']]),
        types: new Map([['age ', 'N']]),
      }),
    );
    expect(error.code).toBe('COLUMN_UNKNOWN');
    expect(error.message).toBe(
      'the header does not have these columns: --select "nane" (did you mean "name"?), --drop "AGE" (did you mean "age"?), ' +
        '--rename "zzzzzz", --types "age " (did you mean "age"?)',
    );
    expect(error.hint).toContain('Use these column names: "id", "name", "age".');
    expect(error.hint).toContain('Include the spaces');
  });

  it('does not mention spaces if they make no difference', () => {
    expect(errorOf(() => plan(header, { drop: ['x'] })).hint).not.toContain('spaces');
  });

  it.each<[string, readonly string[], Partial<MapSettings>, string]>([
    [
      'two columns that become the same attribute',
      header,
      { rename: new Map([['name', 'id']]) },
      '"id" and "name" both become attribute "id"',
    ],
    [
      'a name that is too long',
      ['id', 'é'.repeat(32_768)],
      {},
      'is 65536 bytes long, but DynamoDB allows at most 65535',
    ],
    [
      'an empty attribute name',
      header,
      { rename: new Map([['name', '']]) },
      'column "name" becomes an attribute with an empty name',
    ],
  ])('rejects %s', (_, names, settings, what) => {
    const error = errorOf(() => plan(names, settings));
    expect(error.code).toBe('HEADER_INVALID');
    expect(error.message).toContain(what);
  });

  it('accepts an attribute name of 65,535 bytes', () => {
    expect(plan(['id', 'a'.repeat(65_535)], {})).toHaveLength(2);
  });
});

const ordersTable: Partial<TableDescription> = {
  sortKey: { name: 'at', type: 'N' },
  indexKeys: [
    { name: 'mail', type: 'S', role: 'partition' },
    { name: 'both', type: 'B', role: 'sort' },
    { name: 'both', type: 'B', role: 'partition' },
  ],
};

describe('bindToTable', () => {
  it('gives key attributes the type, role and limit of the table, and other attributes type S', () => {
    const columns = plan(['x', 'both', 'mail', 'at', 'id'], { types: new Map([['at', 'N']]) });
    const bound = bindToTable(columns, tableWith(ordersTable));
    expect(bound.map(({ name, type, role, maxBytes }) => [name, type, role, maxBytes])).toEqual([
      ['x', 'S', 'plain', 409_600],
      ['both', 'B', 'index', 1024],
      ['mail', 'S', 'index', 2048],
      ['at', 'N', 'sort', 1024],
      ['id', 'S', 'partition', 2048],
    ]);
  });

  it('finds keys by attribute name, not by column name', () => {
    const columns = plan(['Id', 'id'], {
      rename: new Map([
        ['Id', 'id'],
        ['id', 'old'],
      ]),
    });
    expect(bindToTable(columns, tableWith()).map(({ column, role }) => [column, role])).toEqual([
      ['Id', 'partition'],
      ['id', 'plain'],
    ]);
  });

  it.each<[string, readonly string[], string, string]>([
    [
      'the partition key',
      ['ID', 'at'],
      'table orders requires partition key "id", but no column maps to it: the attributes are "ID", "at"',
      'Rename column "ID" to "id" with --rename.',
    ],
    ['the sort key', ['id', 'x'], 'requires sort key "at", but no column maps to it', '--rename'],
    ['both', ['x'], 'requires partition key "id" and sort key "at", but no column maps to them', '--rename'],
  ])('rejects columns without %s', (_, names, message, hint) => {
    const error = errorOf(() => bindToTable(plan(names, {}), tableWith(ordersTable)));
    expect(error.code).toBe('KEY_COLUMN_MISSING');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('does not require index keys', () => {
    expect(bindToTable(plan(['id', 'at'], {}), tableWith(ordersTable))).toHaveLength(2);
  });

  it('reports all types that contradict the table', () => {
    const types = new Map([
      ['id', 'N'],
      ['at', 'N'],
      ['mail', 'BOOL'],
      ['x', 'BOOL'],
    ] as const);
    const error = errorOf(() => bindToTable(plan(['id', 'at', 'mail', 'x'], { types }), tableWith(ordersTable)));
    expect(error.code).toBe('TYPE_CONFLICT');
    expect(error.message).toBe(
      '--types contradicts table orders: column "id" has type N, but the partition key "id" has type S; ' +
        'column "mail" has type BOOL, but an index key "mail" has type S',
    );
  });
});

describe('closestName', () => {
  it.each([
    ['nmae', ['id', 'name'], 'name'],
    ['CREATED_AT', ['created', 'created_at'], 'created_at'],
    ['user', ['id', 'city'], undefined],
    ['i', ['id'], 'id'],
    ['', ['id'], undefined],
    ['id', [], undefined],
  ])('for %j in %j returns %j', (name, names, closest) => {
    expect(findClosestName(name, names)).toBe(closest);
  });
});
