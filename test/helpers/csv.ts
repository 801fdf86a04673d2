import { Buffer } from 'node:buffer';
import { type Random, pick, random, shuffled } from './random.ts';

export { random } from './random.ts';

/** A CSV before it is text. */
export interface Csv {
  readonly header: readonly string[];
  readonly records: readonly (readonly string[])[];
}

export interface Writing {
  readonly delimiter?: string;
  readonly newline?: '\n' | '\r\n' | '\r';
  readonly bom?: boolean;
  readonly quote?: 'needed' | 'always';
}

/** The bytes of a CSV as RFC 4180 has them. */
export function csvBytes({ header, records }: Csv, writing: Writing = {}): Buffer {
  const { newline = '\n', bom = false } = writing;
  const lines = [header, ...records].map((fields) => line(fields, writing) + newline);
  return Buffer.from((bom ? '\u{feff}' : '') + lines.join(''));
}

function line(fields: readonly string[], { delimiter = ',', quote = 'needed' }: Writing): string {
  return fields
    .map((field) => {
      const special = field.includes(delimiter) || /["\r\n]/.test(field);
      return special || quote === 'always' || (field === '' && fields.length === 1)
        ? `"${field.replaceAll('"', '""')}"`
        : field;
    })
    .join(delimiter);
}

/** A CSV as text: its header, and records that are made from their numbers (from 0). */
export function csvText(header: string, count: number, record: (index: number) => string): string {
  return `${header}\n${Array.from({ length: count }, (_, index) => `${record(index)}\n`).join('')}`;
}

/** Makes one field from the record's number (from 0) and chance. */
export type MakeField = (index: number, rand: Random) => string;

/** Columns to choose from. */
export const column = {
  id: (index: number) => `id-${String(index).padStart(7, '0')}`,
  count: (index: number) => String(index),
  price: (_index: number, rand: Random) => (rand() * 1000).toFixed(2),
  text: (index: number) => `plain text ${index}`,
  unicode: (_index: number, rand: Random) => pick(['São Paulo', '東京', 'Zürich', '🚀 go', 'Ω'], rand),
  quoted: (index: number) => `said "hi, ${index}"`,
  /** A quoted newline in one record of five. */
  lines: (index: number, rand: Random) => (rand() < 0.2 ? `one\ntwo "${index}"\r\nthree` : 'one line'),
  /** Empty in one record of three. */
  sparse: (index: number, rand: Random) => (rand() < 1 / 3 ? '' : `value ${index}`),
} satisfies Record<string, MakeField>;

/** `count` records of the given columns. */
export function makeCsv(count: number, columns: Readonly<Record<string, MakeField>>, seed = 1): Csv {
  const rand = random(seed);
  const fields = Object.values(columns);
  const records = Array.from({ length: count }, (_, index) => fields.map((make) => make(index, rand)));
  return { header: Object.keys(columns), records };
}

export interface EqualKeys {
  /** How far apart records of one key stand: within a few records, anywhere in the file, or some of each. */
  readonly apart?: 'near' | 'far' | 'both';
  readonly seed?: number;
  /** Default `k-N`. */
  readonly key?: (keyNumber: number, time: number) => string;
}

/** `keys` keys, each in `times` records; columns `id`, `time` (0 first, the last wins) and `place` in the file. */
export function everyKeyTimes(keys: number, times: number, options: EqualKeys = {}): Csv {
  const { apart = 'both', seed = 1, key = (number: number) => `k-${number}` } = options;
  const rand = random(seed);
  const places = Array.from({ length: keys * times }, (_, index) => {
    const number = Math.floor(index / times);
    const near = apart === 'near' || (apart === 'both' && number % 2 === 0);
    // Near ones keep their place but for a shuffle within reach of a few batches.
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

/** Texts of one number, all with the same value. */
export function numberSpellings(value: number): [string, string, string, string] {
  return [`${value}`, `${value}.0`, `${value}e0`, `0${value}`];
}

/** `everyKeyTimes` with number keys, each time spelled differently. */
export function numberKeys(keys: number, times = 4, seed = 1): Csv {
  const key = (number: number, time: number) => numberSpellings(number)[time % 4] ?? '';
  return everyKeyTimes(keys, times, { seed, key });
}

/** What is wrong with a record, by the code it is to be rejected with. */
export type Badness =
  'NOT_A_NUMBER' | 'TEXT_AFTER_QUOTE' | 'TOO_FEW_FIELDS' | 'TOO_MANY_FIELDS' | 'INVALID_BYTES' | 'KEY_EMPTY';

export interface SprinkledCsv {
  readonly bytes: Buffer;
  /** Those of the bad ones, in file order; `number` from 1, `line` physical. */
  readonly bad: readonly {
    readonly number: number;
    readonly line: number;
    readonly code: Badness;
    readonly raw: Buffer;
  }[];
  /** The records that are to be loaded. */
  readonly good: Csv;
}

/**
 * Records with bad ones among them, about one in `every`. Columns `id` (key, S), `amount` (to be typed N)
 * and `note` (with quoted newlines). With `keys`, ids repeat: only so many are used.
 */
export function withBadRecords(
  count: number,
  options: {
    readonly every?: number;
    readonly kinds?: readonly Badness[];
    readonly keys?: number;
    readonly seed?: number;
  } = {},
): SprinkledCsv {
  const { every = 20, keys = count, seed = 1 } = options;
  const rand = random(seed);
  const kinds = options.kinds ?? (Object.keys(spoil) as Badness[]);
  const parts: Buffer[] = [Buffer.from('id,amount,note\n')];
  const bad: { number: number; line: number; code: Badness; raw: Buffer }[] = [];
  const good: string[][] = [];
  let lineNumber = 2;
  for (let number = 1; number <= count; number++) {
    const id = `k-${Math.floor(rand() * keys)}`;
    const fields = [keys === count ? `k-${number}` : id, `${number}.50`, column.lines(number, rand)] as const;
    const code = rand() < 1 / every ? shuffled(kinds, rand)[0] : undefined;
    const raw = code === undefined ? Buffer.from(`${line(fields, {})}\n`) : spoil[code](fields);
    if (code === undefined) good.push([...fields]);
    else bad.push({ number, line: lineNumber, code, raw });
    parts.push(raw);
    lineNumber += raw.toString('latin1').split(/\r\n|\r|\n/).length - 1;
  }
  return { bytes: Buffer.concat(parts), bad, good: { header: ['id', 'amount', 'note'], records: good } };
}

type Fields = readonly [id: string, amount: string, note: string];

const spoil: Record<Badness, (fields: Fields) => Buffer> = {
  NOT_A_NUMBER: ([id, , note]) => Buffer.from(`${line([id, '12 apples', note], {})}\n`),
  TEXT_AFTER_QUOTE: ([id, amount]) => Buffer.from(`${id},${amount},"a note"and more\n`),
  TOO_FEW_FIELDS: ([id, amount]) => Buffer.from(`${id},${amount}\n`),
  TOO_MANY_FIELDS: (fields) => Buffer.from(`${line([...fields, 'one more'], {})}\n`),
  INVALID_BYTES: ([id, amount]) => Buffer.concat([Buffer.from(`${id},${amount},caf`), Buffer.from([0xe9, 0x0a])]),
  KEY_EMPTY: ([, amount, note]) => Buffer.from(`${line(['', amount, note], {})}\n`),
};
