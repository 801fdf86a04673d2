import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../../../src/dynamodb/table.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { bindToTable } from '../../../../src/load/map/bind-to-table.ts';
import { closestName } from '../../../../src/text/closest.ts';
import { planColumns } from '../../../../src/load/map/columns.ts';
import type { MapSettings } from '../../../../src/load/settings.ts';
import { settingsWith, tableWith } from './records.ts';

function planned(header: readonly string[], settings: Partial<MapSettings>) {
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
    ['loads the selected ones in the order of the header', { select: ['age', 'id', 'age'] }, ['0 id', '2 age']],
    ['leaves out dropped ones', { drop: ['name'] }, ['0 id', '2 age']],
    ['drops what is selected too', { select: ['id', 'name'], drop: ['name'] }, ['0 id']],
    [
      'renames',
      {
        rename: new Map([
          ['name', 'age'],
          ['age', 'name'],
        ]),
      },
      ['0 id', '1 age', '2 name'],
    ],
    [
      'knows types by column, not by attribute',
      { types: new Map([['age', 'N']]), rename: new Map([['age', 'years']]) },
      ['0 id', '1 name', '2 years:N'],
    ],
    [
      'takes types and names of columns that are not loaded',
      { drop: ['age'], types: new Map([['age', 'N']]), rename: new Map([['age', 'id']]) },
      ['0 id', '1 name'],
    ],
  ])('%s', (_, settings, expected) => {
    const found = planned(header, settings).map(({ index, name, type }) => `${index} ${name}${type ? `:${type}` : ''}`);
    expect(found).toEqual(expected);
  });

  it('names all unknown columns, with the option and the closest name', () => {
    const error = errorOf(() =>
      planned(header, {
        select: ['id', 'nane'],
        drop: ['AGE'],
        rename: new Map([['zzzzzz', 'a']]),
        types: new Map([['age ', 'N']]),
      }),
    );
    expect(error.code).toBe('COLUMN_UNKNOWN');
    expect(error.message).toBe(
      'There is no column "nane" of --select (did you mean "name"?), nor "AGE" of --drop (did you mean "age"?), ' +
        'nor "zzzzzz" of --rename, nor "age " of --types (did you mean "age"?).',
    );
    expect(error.hint).toContain('The columns are: "id", "name", "age".');
    expect(error.hint).toContain('with the spaces around them');
  });

  it('says nothing of spaces where they make no difference', () => {
    expect(errorOf(() => planned(header, { drop: ['x'] })).hint).not.toContain('spaces');
  });

  it.each<[string, readonly string[], Partial<MapSettings>, string]>([
    [
      'two columns that make one attribute',
      header,
      { rename: new Map([['name', 'id']]) },
      '"id" and "name" would both become the attribute "id"',
    ],
    ['a name that is too long', ['id', 'é'.repeat(32_768)], {}, 'has 65536 bytes, DynamoDB takes 65535 at most'],
    [
      'an attribute without a name',
      header,
      { rename: new Map([['name', '']]) },
      'column "name" would make an attribute without a name',
    ],
  ])('refuses %s', (_, names, settings, what) => {
    const error = errorOf(() => planned(names, settings));
    expect(error.code).toBe('HEADER_INVALID');
    expect(error.message).toContain(what);
  });

  it('takes a name of 65,535 bytes', () => {
    expect(planned(['id', 'a'.repeat(65_535)], {})).toHaveLength(2);
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
  it('gives keys the type, role and limit that the table has for them, and S to the rest', () => {
    const columns = planned(['x', 'both', 'mail', 'at', 'id'], { types: new Map([['at', 'N']]) });
    const bound = bindToTable(columns, tableWith(ordersTable));
    expect(bound.map(({ name, type, role, maxBytes }) => [name, type, role, maxBytes])).toEqual([
      ['x', 'S', 'plain', 409_600],
      ['both', 'B', 'index', 1024],
      ['mail', 'S', 'index', 2048],
      ['at', 'N', 'sort', 1024],
      ['id', 'S', 'partition', 2048],
    ]);
  });

  it('finds keys by attribute name, not by column', () => {
    const columns = planned(['Id', 'id'], {
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
      'No column makes the partition key "id" of the table "orders". The columns make: "ID", "at".',
      'Is it the column "ID"?',
    ],
    ['the sort key', ['id', 'x'], 'No column makes the sort key "at"', '--rename'],
    ['both', ['x'], 'the partition key "id" and the sort key "at"', '--rename'],
  ])('misses %s', (_, names, message, hint) => {
    const error = errorOf(() => bindToTable(planned(names, {}), tableWith(ordersTable)));
    expect(error.code).toBe('KEY_COLUMN_MISSING');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  it('does not miss keys of indexes', () => {
    expect(bindToTable(planned(['id', 'at'], {}), tableWith(ordersTable))).toHaveLength(2);
  });

  it('refuses types that contradict the table, all at once', () => {
    const types = new Map([
      ['id', 'N'],
      ['at', 'N'],
      ['mail', 'BOOL'],
      ['x', 'BOOL'],
    ] as const);
    const error = errorOf(() => bindToTable(planned(['id', 'at', 'mail', 'x'], { types }), tableWith(ordersTable)));
    expect(error.code).toBe('TYPE_CONFLICT');
    expect(error.message).toBe(
      '--types contradicts the table "orders": column "id" is N, but "id", the partition key, is S; ' +
        'column "mail" is BOOL, but "mail", a key of an index, is S.',
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
  ])('of %j among %j is %j', (name, names, closest) => {
    expect(closestName(name, names)).toBe(closest);
  });
});
