import { Buffer } from 'node:buffer';
import { type Random, pick, random, shuffled } from './random.ts';

export { random } from './random.ts';

/** A CSV as names and fields. */
export interface Csv {
  readonly header: readonly string[];
  readonly records: readonly (readonly string[])[];
}

export interface CsvFormat {
  readonly delimiter?: string;
  readonly newline?: '\n' | '\r\n' | '\r';
  readonly bom?: boolean;
  readonly quote?: 'needed' | 'always';
}

/** Formats a CSV as RFC 4180 defines it. */
export function formatCsv({ header, records }: Csv, writing: CsvFormat = {}): Buffer {
  const { newline = '\n', bom = false } = writing;
  const lines = [header, ...records].map((fields) => csvLine(fields, writing) + newline);
  return Buffer.from((bom ? '\u{feff}' : '') + lines.join(''));
}

function csvLine(fields: readonly string[], { delimiter = ',', quote = 'needed' }: CsvFormat): string {
  return fields
    .map((field) => {
      const special = field.includes(delimiter) || /["\r\n]/.test(field);
      return special || quote === 'always' || (field === '' && fields.length === 1)
        ? `"${field.replaceAll('"', '""')}"`
        : field;
    })
    .join(delimiter);
}

/** Formats a CSV from its header line and one line for each record index (from 0). */
export function makeCsvText(header: string, count: number, record: (index: number) => string): string {
  return `${header}\n${Array.from({ length: count }, (_, index) => `${record(index)}\n`).join('')}`;
}

/** Makes one field from the record's index (from 0) and random numbers. */
export type MakeField = (index: number, rand: Random) => string;

/** Field generators for `makeCsv`. */
export const fieldMakers = {
  id: (index: number) => `id-${String(index).padStart(7, '0')}`,
  count: (index: number) => String(index),
  price: (_index: number, rand: Random) => (rand() * 1000).toFixed(2),
  text: (index: number) => `plain text ${index}`,
  unicode: (_index: number, rand: Random) => pick(['São Paulo', '東京', 'Zürich', '🚀 go', 'Ω'], rand),
  quoted: (index: number) => `said "hi, ${index}"`,
  /** One record in five has a quoted newline. */
  lines: (index: number, rand: Random) => (rand() < 0.2 ? `one\ntwo "${index}"\r\nthree` : 'one line'),
  /** One record in three has an empty field. */
  sparse: (index: number, rand: Random) => (rand() < 1 / 3 ? '' : `value ${index}`),
} satisfies Record<string, MakeField>;

/** Makes `count` records of the given columns. */
export function makeCsv(count: number, columns: Readonly<Record<string, MakeField>>, seed = 1): Csv {
  const rand = random(seed);
  const fields = Object.values(columns);
  const records = Array.from({ length: count }, (_, index) => fields.map((make) => make(index, rand)));
  return { header: Object.keys(columns), records };
}

export interface EqualKeys {
  /** Distance between records with the same key: a few records, any distance, or both kinds. */
  readonly distance?: 'near' | 'far' | 'both';
  readonly seed?: number;
  /** Default `k-N`. */
  readonly key?: (keyNumber: number, time: number) => string;
}

/**
 * Makes `times` records for each of `keys` keys. Columns: `id`, `time` (from 0; the highest wins) and `place` (index in
 * the file).
 */
export function makeEqualKeys(keys: number, times: number, options: EqualKeys = {}): Csv {
  const { distance = 'both', seed = 1, key = (number: number) => `k-${number}` } = options;
  const rand = random(seed);
  const places = Array.from({ length: keys * times }, (_, index) => {
    const number = Math.floor(index / times);
    const near = distance === 'near' || (distance === 'both' && number % 2 === 0);
    // Near records keep their place, except for a shuffle within a few batches.
    return { number, order: near ? index + rand() * 60 : rand() * keys * times };
  }).sort((a, b) => a.order - b.order);
  const seen = new Map<number, number>();
  const records = places.map(({ number }, place) => {
    const time = seen.get(number) ?? 0;
    seen.set(number, time + 1);
    return [key(number, time), String(time), String(place)];
  });
  return { header: ['id', 'time', 'place'], records };
}

/** Spellings of one number, all with the same value. */
export function spellNumber(value: number): [string, string, string, string] {
  return [`${value}`, `${value}.0`, `${value}e0`, `0${value}`];
}

/** `everyKeyTimes` with number keys that are spelled differently each time. */
export function makeNumberKeys(keys: number, times = 4, seed = 1): Csv {
  const key = (number: number, time: number) => spellNumber(number)[time % 4] ?? '';
  return makeEqualKeys(keys, times, { seed, key });
}

/** The reject code that csv2ddb must give a bad record. */
export type BadRecordCode =
  'NOT_A_NUMBER' | 'TEXT_AFTER_QUOTE' | 'TOO_FEW_FIELDS' | 'TOO_MANY_FIELDS' | 'INVALID_BYTES' | 'KEY_EMPTY';

export interface CsvWithBadRecords {
  readonly bytes: Buffer;
  /** The bad records, in file order: `number` from 1, the physical `line` where each starts. */
  readonly bad: readonly {
    readonly number: number;
    readonly line: number;
    readonly code: BadRecordCode;
    readonly raw: Buffer;
  }[];
  /** The records that must be loaded. */
  readonly good: Csv;
}

/**
 * Makes records of which about one in `every` is bad. Columns: `id` (key, S), `amount` (load it as N) and `note` (with
 * quoted newlines). With `keys`, only this many ids are used, so that they repeat.
 */
export function makeBadRecords(
  count: number,
  options: {
    readonly every?: number;
    readonly kinds?: readonly BadRecordCode[];
    readonly keys?: number;
    readonly seed?: number;
  } = {},
): CsvWithBadRecords {
  const { every = 20, keys = count, seed = 1 } = options;
  const rand = random(seed);
  const kinds = options.kinds ?? (Object.keys(makeBadRecord) as BadRecordCode[]);
  const parts: Buffer[] = [Buffer.from('id,amount,note\n')];
  const bad: { number: number; line: number; code: BadRecordCode; raw: Buffer }[] = [];
  const good: string[][] = [];
  let lineNumber = 2;
  for (let number = 1; number <= count; number++) {
    const id = `k-${Math.floor(rand() * keys)}`;
    const fields = [keys === count ? `k-${number}` : id, `${number}.50`, fieldMakers.lines(number, rand)] as const;
    const code = rand() < 1 / every ? shuffled(kinds, rand)[0] : undefined;
    const raw = code === undefined ? Buffer.from(`${csvLine(fields, {})}\n`) : makeBadRecord[code](fields);
    if (code === undefined) good.push([...fields]);
    else bad.push({ number, line: lineNumber, code, raw });
    parts.push(raw);
    lineNumber += raw.toString('latin1').split(/\r\n|\r|\n/).length - 1;
  }
  return { bytes: Buffer.concat(parts), bad, good: { header: ['id', 'amount', 'note'], records: good } };
}

type Fields = readonly [id: string, amount: string, note: string];

const makeBadRecord: Record<BadRecordCode, (fields: Fields) => Buffer> = {
  NOT_A_NUMBER: ([id, , note]) => Buffer.from(`${csvLine([id, '12 apples', note], {})}\n`),
  TEXT_AFTER_QUOTE: ([id, amount]) => Buffer.from(`${id},${amount},"a note"and more\n`),
  TOO_FEW_FIELDS: ([id, amount]) => Buffer.from(`${id},${amount}\n`),
  TOO_MANY_FIELDS: (fields) => Buffer.from(`${csvLine([...fields, 'one more'], {})}\n`),
  INVALID_BYTES: ([id, amount]) => Buffer.concat([Buffer.from(`${id},${amount},caf`), Buffer.from([0xe9, 0x0a])]),
  KEY_EMPTY: ([, amount, note]) => Buffer.from(`${csvLine(['', amount, note], {})}\n`),
};
