import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import type { TableDescription } from '../../../../src/dynamodb/table.ts';
import type { AttributeType, MapSettings, Ragged } from '../../../../src/load/settings.ts';
import { keysOf, mapperOf, outcomeOf, recordOf, sizeOfItem } from './records.ts';

type Field = string | Buffer;

/** Maps one record with the columns `id` and `v`, and returns its outcome. */
function mapValue(value: Field, type?: AttributeType, settings: Partial<MapSettings> = {}): string {
  const types = new Map(type === undefined ? [] : [['v', type] as const]);
  return outcomeOf(mapperOf(['id', 'v'], {}, { types, ...settings })(recordOf(['1', value])));
}

describe('the item of a record', () => {
  it.each<[string, Field, AttributeType | undefined, string]>([
    ['the default type is S', '007', undefined, '{"S":"007"}'],
    ['text is escaped', 'a "b"\\\n', 'S', '{"S":"a \\"b\\"\\\\\\n"}'],
    ['text is not trimmed', ' é ', 'S', '{"S":" é "}'],
    ['the digits of a number are sent unchanged', '-0012.500e+03', 'N', '{"N":"-0012.500e+03"}'],
    ['a leading plus is dropped', '+1.50', 'N', '{"N":"1.50"}'],
    ['a number may have 38 digits', `0.${'123456789'.repeat(4)}12`, 'N', `{"N":"0.${'123456789'.repeat(4)}12"}`],
    ['base64 is sent unchanged', 'aGk+/w==', 'B', '{"B":"aGk+/w=="}'],
    ['true is a boolean', 'true', 'BOOL', '{"BOOL":true}'],
    ['TRUE is a boolean', 'TRUE', 'BOOL', '{"BOOL":true}'],
    ['1 is true', '1', 'BOOL', '{"BOOL":true}'],
    ['False is a boolean', 'False', 'BOOL', '{"BOOL":false}'],
    ['0 is false', '0', 'BOOL', '{"BOOL":false}'],
    ['null is accepted in a column of type NULL', 'Null', 'NULL', '{"NULL":true}'],
    ['true is accepted in a column of type NULL', 'true', 'NULL', '{"NULL":true}'],
    ['an empty field is accepted in a column of type NULL', '', 'NULL', '{"NULL":true}'],
  ])('%s', (_, value, type, attribute) => {
    expect(mapValue(value, type)).toBe(`{"id":{"S":"1"},"v":${attribute}}`);
  });

  it('closes each kind of attribute before the next', () => {
    const header = ['b1', 'n1', 'id', 'b2', 's', 'n2'];
    const types = new Map<string, AttributeType>([
      ['b1', 'BOOL'],
      ['n1', 'NULL'],
      ['b2', 'BOOL'],
      ['n2', 'NULL'],
    ]);
    expect(outcomeOf(mapperOf(header, {}, { types })(recordOf(['0', '', 'x', '1', '', ''])))).toBe(
      '{"b1":{"BOOL":false},"n1":{"NULL":true},"id":{"S":"x"},"b2":{"BOOL":true},"n2":{"NULL":true}}',
    );
  });

  it('has escaped names and counts their bytes', () => {
    const result = mapperOf(['id', 'a"\\é\n', '__proto__'])(recordOf(['1', 'x', 'y']));
    expect(outcomeOf(result)).toBe('{"id":{"S":"1"},"a\\"\\\\é\\n":{"S":"x"},"__proto__":{"S":"y"}}');
    expect(result).toMatchObject({ sizeBytes: 2 + 1 + 6 + 1 + 9 + 1 });
  });

  it('contains only the loaded columns, in the order of the header', () => {
    const map = mapperOf(['skip', 'b', 'id', 'drop'], {}, { select: ['id', 'b', 'drop'], drop: ['drop'] });
    expect(outcomeOf(map(recordOf([Buffer.from([0xff]), '2', '1', Buffer.from([0xff])])))).toBe(
      '{"b":{"S":"2"},"id":{"S":"1"}}',
    );
  });

  it('does not depend on earlier records', () => {
    const map = mapperOf(['id', 'v']);
    expect(map(recordOf(['1', Buffer.from([0xc3])])).kind).toBe('reject');
    expect(outcomeOf(map(recordOf(['a longer key', 'a longer value'])))).toContain('longer');
    expect(outcomeOf(map(recordOf(['1', ''])))).toBe('{"id":{"S":"1"}}');
  });

  it('grows the output for a value whose every byte is escaped', () => {
    const map = mapperOf(['v', 'id']);
    const text = '\u0001'.repeat(400_000);
    const result = map(recordOf([text, '1']));
    expect(JSON.parse(outcomeOf(result))).toEqual({ v: { S: text }, id: { S: '1' } });
    expect(outcomeOf(map(recordOf(['x', '1'])))).toBe('{"v":{"S":"x"},"id":{"S":"1"}}');
  });

  it('accepts a number with more leading zeros than an item has bytes', () => {
    const text = `${'0'.repeat(3_000_000)}1`;
    const result = mapperOf(['id', 'n'], {}, { types: new Map([['n', 'N']]) })(recordOf(['1', text]));
    expect(outcomeOf(result)).toBe(`{"id":{"S":"1"},"n":{"N":"${text}"}}`);
    expect(result).toMatchObject({ sizeBytes: 2 + 1 + 1 + 2 });
  });

  it('grows the output for many attributes', () => {
    const header = ['id', ...Array.from({ length: 5000 }, (_, index) => `${'n'.repeat(200)}${index}`)];
    const result = mapperOf(
      header,
      {},
      { types: new Map(header.slice(1).map((name) => [name, 'NULL'])) },
    )(recordOf(header.map((_, index) => (index === 0 ? '1' : ''))));
    expect(result).toMatchObject({ kind: 'reject', code: 'ITEM_TOO_LARGE' });
  });
});

describe('a value that does not match its type', () => {
  it.each<[string, Field, AttributeType, string]>([
    [
      'bytes that are not UTF-8',
      Buffer.from([0x63, 0xe9, 0x22]),
      'S',
      'INVALID_BYTES: column "v": "c\ufffd\\"" contains invalid bytes at character 2: check --encoding',
    ],
    ['the byte that decoders write for an invalid sequence', Buffer.from([0xff]), 'S', 'INVALID_BYTES'],
    ['text that is not a number', '1,5', 'N', 'NOT_A_NUMBER: column "v": "1,5" is not a number'],
    [
      'a number with 39 digits',
      '9'.repeat(39),
      'N',
      `NUMBER_TOO_PRECISE: column "v": "${'9'.repeat(39)}" has more than 38 significant digits`,
    ],
    [
      'a number out of range',
      '1e126',
      'N',
      'NUMBER_OUT_OF_RANGE: column "v": "1e126" is out of range: DynamoDB allows 0 and magnitudes from 1E-130 to 9.99…E+125',
    ],
    ['yes', 'yes', 'BOOL', 'NOT_A_BOOLEAN: column "v": "yes" is not a boolean: expected true, false, 1 or 0'],
    ['2', '2', 'BOOL', 'NOT_A_BOOLEAN'],
    ['true with a trailing space', 'truE ', 'BOOL', 'NOT_A_BOOLEAN'],
    ['a value in a column of type NULL', 'x', 'NULL', 'NOT_A_NULL: column "v": "x" is not null'],
    [
      'base64 without padding',
      'aGk',
      'B',
      'NOT_BASE64: column "v": "aGk" is not base64: its length 3 is not a multiple of 4',
    ],
  ])('is rejected: %s', (_, value, type, start) => {
    expect(mapValue(value, type)).toContain(start);
  });

  it('is shown truncated, on one line and without control characters', () => {
    expect(mapValue(`\u001b[31m\n\u202e${'x'.repeat(100_000)}`, 'N')).toContain(
      `column "v": "\\u{1b}[31m\\n\\u{202e}${'x'.repeat(33)}"… is not a number`,
    );
  });
});

describe('empty fields and null strings', () => {
  const nullStrings = ['NULL', 'n/a'];

  it.each<[string, Field, AttributeType | undefined, Partial<MapSettings>, string | undefined]>([
    ['an empty field is omitted', '', 'S', {}, undefined],
    ['an empty field becomes null', '', 'S', { empty: 'null' }, '{"NULL":true}'],
    ['an empty number becomes null', '', 'N', { empty: 'null' }, '{"NULL":true}'],
    ['an empty field becomes an empty string', '', undefined, { empty: 'string' }, '{"S":""}'],
    ['an empty field becomes an empty binary', '', 'B', { empty: 'string' }, '{"B":""}'],
    ['an empty number is omitted with --empty string', '', 'N', { empty: 'string' }, undefined],
    ['an empty boolean is omitted with --empty string', '', 'BOOL', { empty: 'string' }, undefined],
    ['a null string becomes null', 'n/a', 'S', { nullStrings }, '{"NULL":true}'],
    ['a null string becomes null in a column of type N', 'NULL', 'N', { nullStrings }, '{"NULL":true}'],
    ['a null string becomes null in a column of type NULL', 'n/a', 'NULL', { nullStrings }, '{"NULL":true}'],
    ['a null string is case-sensitive', 'null', 'S', { nullStrings }, '{"S":"null"}'],
    ['a null string must match the whole field', 'n/a ', 'S', { nullStrings }, '{"S":"n/a "}'],
    ['a null string may contain UTF-8', 'ø', 'S', { nullStrings: ['ø'] }, '{"NULL":true}'],
    ['an empty null string makes empty fields null', '', 'S', { nullStrings: [''], empty: 'string' }, '{"NULL":true}'],
    ['null strings do not affect empty fields', '', 'S', { nullStrings }, undefined],
  ])('%s', (_, value, type, settings, attribute) => {
    const rest = attribute === undefined ? '' : `,"v":${attribute}`;
    expect(mapValue(value, type, settings)).toBe(`{"id":{"S":"1"}${rest}}`);
  });
});

describe('keys of the table', () => {
  const table: Partial<TableDescription> = { sortKey: { name: 'at', type: 'N' } };

  it.each<[string, Field[], Partial<MapSettings>, string]>([
    ['an empty partition key', ['', '1'], {}, 'KEY_EMPTY: column "id": the partition key "id" is empty'],
    [
      'an empty sort key, even with --empty null',
      ['1', ''],
      { empty: 'null' },
      'KEY_EMPTY: column "at": the sort key "at" is empty',
    ],
    [
      'a null string in the partition key',
      ['NULL', '1'],
      { nullStrings: ['NULL'] },
      'KEY_EMPTY: column "id": "NULL" matches --null-strings',
    ],
    [
      'a partition key of 2,049 bytes',
      ['x'.repeat(2049), '1'],
      {},
      'is 2049 bytes long, but the partition key may have at most 2048 bytes',
    ],
    ['a partition key of 2,048 characters and 2,049 bytes', [`${'x'.repeat(2047)}é`, '1'], {}, 'KEY_TOO_LONG'],
    ['an invalid number in the sort key', ['1', 'now'], {}, 'NOT_A_NUMBER: column "at"'],
  ])('are rejected: %s', (_, fields, settings, start) => {
    expect(outcomeOf(mapperOf(['id', 'at'], table, settings)(recordOf(fields)))).toContain(start);
  });

  it.each<[string, Partial<TableDescription>, Field[], boolean]>([
    ['a partition key of 2,048 bytes', {}, ['x'.repeat(2048), '1'], true],
    ['a sort key of 1,024 bytes', { sortKey: { name: 'at', type: 'S' } }, ['1', 'x'.repeat(1024)], true],
    ['a sort key of 1,025 bytes', { sortKey: { name: 'at', type: 'S' } }, ['1', 'x'.repeat(1025)], false],
    [
      'a binary key of 2,048 bytes',
      { partitionKey: { name: 'id', type: 'B' } },
      [Buffer.alloc(2048).toString('base64'), '1'],
      true,
    ],
    [
      'a binary key of 2,049 bytes',
      { partitionKey: { name: 'id', type: 'B' } },
      [Buffer.alloc(2049).toString('base64'), '1'],
      false,
    ],
    ['a number with more than 1,024 characters', table, ['1', `${'0'.repeat(2000)}1`], true],
  ])('have a maximum length: %s', (_, description, fields, isGood) => {
    expect(mapperOf(['id', 'at'], description)(recordOf(fields)).kind).toBe(isGood ? 'item' : 'reject');
  });

  it('are equal only for equal numbers', () => {
    const map = mapperOf(['id', 'at'], table);
    const keys = ['1', '1.0', '1e0', '01', '+1', '10'].map((at) => keysOf(map(recordOf(['x', at]))).key);
    expect(new Set(keys.slice(0, 5)).size).toBe(1);
    expect(keys[5]).not.toBe(keys[0]);
  });

  it('are different if only the concatenation of their parts is equal', () => {
    const map = mapperOf(['id', 'at'], { sortKey: { name: 'at', type: 'S' } });
    const pairs = [
      ['a', 'bc'],
      ['ab', 'c'],
      ['1:a', 'bc'],
      ['1', ':abc'],
      ['11:a', 'b'],
      ['1', '1:ab'],
      ['é', 'x'],
      ['Ã©', 'x'],
    ];
    expect(new Set(pairs.map((pair) => keysOf(map(recordOf(pair))).key)).size).toBe(pairs.length);
  });

  it('have a partition number that identifies the partition', () => {
    const map = mapperOf(['id', 'at'], table);
    const [first, second, third] = [
      ['x', '1'],
      ['x', '2'],
      ['y', '1'],
    ].map((fields) => keysOf(map(recordOf(fields))));
    expect(first?.partition).toBe(second?.partition);
    expect(first?.partition).not.toBe(third?.partition);
    const single = keysOf(mapperOf(['id'])(recordOf(['x'])));
    expect(single.partition).toBe(0);
  });
});

describe('keys of indexes', () => {
  const table: Partial<TableDescription> = {
    indexKeys: [
      { name: 'v', type: 'S', role: 'partition' },
      { name: 'n', type: 'N', role: 'sort' },
    ],
  };

  it.each<[string, Field[], Partial<MapSettings>, string]>([
    ['keep their value', ['1', 'x', '5'], {}, '{"id":{"S":"1"},"v":{"S":"x"},"n":{"N":"5"}}'],
    ['are omitted if empty', ['1', '', ''], {}, '{"id":{"S":"1"}}'],
    ['are omitted if empty, even with --empty null', ['1', '', ''], { empty: 'null' }, '{"id":{"S":"1"}}'],
    ['are omitted if empty, even with --empty string', ['1', '', ''], { empty: 'string' }, '{"id":{"S":"1"}}'],
    ['are omitted for a null string', ['1', 'NULL', 'NULL'], { nullStrings: ['NULL'] }, '{"id":{"S":"1"}}'],
    ['may have 2,048 bytes', ['1', 'x'.repeat(2048), ''], {}, 'xx"}}'],
    ['may not have 2,049 bytes', ['1', 'x'.repeat(2049), ''], {}, 'INDEX_KEY_TOO_LONG: column "v"'],
    ['must have the type of the table', ['1', '', 'x'], {}, 'NOT_A_NUMBER: column "n"'],
  ])('%s', (_, fields, settings, part) => {
    expect(outcomeOf(mapperOf(['id', 'v', 'n'], table, settings)(recordOf(fields)))).toContain(part);
  });
});

describe('a record with fewer or more fields than the header', () => {
  it.each<[string, Ragged, string[], string]>([
    [
      'too few fields are rejected',
      'reject',
      ['1'],
      'TOO_FEW_FIELDS: the record has 1 field, but the header has 3: use --ragged pad',
    ],
    [
      'too many fields are rejected',
      'reject',
      ['1', '2', '3', '4'],
      'TOO_MANY_FIELDS: the record has 4 fields, but the header has 3: quote fields',
    ],
    [
      'missing fields are padded with --ragged pad',
      'pad',
      ['1'],
      '{"id":{"S":"1"},"a":{"NULL":true},"b":{"NULL":true}}',
    ],
    ['too many fields are rejected with --ragged pad', 'pad', ['1', '2', '3', '4'], 'TOO_MANY_FIELDS'],
    [
      'missing fields are padded with --ragged truncate',
      'truncate',
      ['1', '2'],
      '{"id":{"S":"1"},"a":{"S":"2"},"b":{"NULL":true}}',
    ],
    [
      'extra fields are dropped with --ragged truncate',
      'truncate',
      ['1', '2', '3', '4'],
      '{"id":{"S":"1"},"a":{"S":"2"},"b":{"S":"3"}}',
    ],
  ])('%s', (_, ragged, fields, start) => {
    const outcome = outcomeOf(mapperOf(['id', 'a', 'b'], {}, { empty: 'null' }, ragged)(recordOf(fields)));
    expect(outcome.slice(0, start.length)).toBe(start);
  });

  it('a NULL field becomes null, with any type, and is no key', () => {
    const types = new Map<string, AttributeType>([['v', 'N']]);
    const record = recordOf(['1', 'x']);
    record.ends[1] = (record.starts[1] ?? 0) - 1;
    expect(outcomeOf(mapperOf(['id', 'v'], {}, { types })(record))).toContain('"v":{"NULL":true}');
    expect(outcomeOf(mapperOf(['a', 'id'])(record))).toContain(
      'KEY_EMPTY: column "id": the partition key "id" is NULL',
    );
  });

  it('a missing key field is treated as empty', () => {
    expect(outcomeOf(mapperOf(['a', 'id'], {}, {}, 'pad')(recordOf(['1'])))).toContain('KEY_EMPTY');
  });

  it('a record with a reader fault is rejected', () => {
    const outcome = outcomeOf(mapperOf(['id', 'v'])({ ...recordOf([]), fault: 'TEXT_AFTER_QUOTE' }));
    expect(outcome).toContain('TEXT_AFTER_QUOTE: text after a closing quote');
  });
});

describe('the size of an item', () => {
  const types = new Map<string, AttributeType>([
    ['n', 'N'],
    ['b', 'B'],
    ['t', 'BOOL'],
    ['u', 'NULL'],
  ]);

  it('is the size of its names and values', () => {
    const result = mapperOf(
      ['id', 'n', 'b', 't', 'u', 's'],
      {},
      { types },
    )(recordOf(['1', '-12.5', 'aGk=', 'true', '', 'é"\n']));
    expect(result).toMatchObject({ sizeBytes: 2 + 1 + (1 + 4) + (1 + 2) + (1 + 1) + (1 + 1) + (1 + 4) });
    const item = JSON.parse(outcomeOf(result)) as Record<string, Record<string, unknown>>;
    expect(result).toMatchObject({ sizeBytes: sizeOfItem(item) });
  });

  it.each([
    ['409,600 bytes are accepted', 409_600 - 4, 'item', undefined],
    ['409,601 bytes are rejected', 409_600 - 3, 'reject', 'ITEM_TOO_LARGE'],
    ['a single value above the limit is rejected', 500_000, 'reject', 'ITEM_TOO_LARGE'],
  ])('%s', (_, length, kind, code) => {
    const result = mapperOf(['id', 'v'])(recordOf(['1', '"'.repeat(length)]));
    expect(result).toMatchObject(code === undefined ? { kind, sizeBytes: 409_600 } : { kind, code });
  });
});

it('compileMapper rejects columns without the partition key', () => {
  expect(() => mapperOf(['a'])).toThrow(LoaderError);
});
