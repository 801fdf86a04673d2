import { Buffer } from 'node:buffer';
import { compiledModule } from '../places.mjs';
import { median } from '../process/median.mjs';
import { say } from '../report/say.mjs';

const recordCount = 100_000;
const chunkBytes = 64 * 1024;

/** @typedef {import('../../src/load/read/record.ts').Dialect} Dialect */
/** @typedef {(dialect: Dialect) => import('../../src/load/read/record.ts').Reader} Open */

/**
 * @typedef {object} DialectSpeed medians, in records per CPU second
 * @property {string} options
 * @property {number} byteReader
 * @property {number | undefined} csvParse undefined where csv-parse has no such option
 *
 * @typedef {object} DialectsResult
 * @property {number} rounds
 * @property {DialectSpeed[]} speeds
 */

/** @type {Dialect} */
const plain = {
  encoding: 'utf-8',
  delimiter: ',',
  quote: '"',
  escape: undefined,
  comment: undefined,
  trim: false,
  multiline: true,
  strayQuotes: 'reject',
  unescape: undefined,
  maxRecordBytes: 4 * 1024 * 1024,
};

/** @type {readonly { options: string, dialect: Partial<Dialect>, line: (n: number) => string }[]} */
const cases = [
  { options: 'none', dialect: {}, line: (n) => fieldsOf(n).join(',') },
  { options: '--escape', dialect: { escape: '\\' }, line: (n) => fieldsOf(n, '"a \\"b\\" c"').join(',') },
  {
    options: '--comment',
    dialect: { comment: '#' },
    line: (n) => `${n % 100 === 0 ? '# n\n' : ''}${fieldsOf(n).join(',')}`,
  },
  { options: '--trim', dialect: { trim: true }, line: (n) => fieldsOf(n).join(' , ') },
  { options: '--multiline no', dialect: { multiline: false }, line: (n) => fieldsOf(n, '"a, b"').join(',') },
  {
    options: '--stray-quotes text',
    dialect: { strayQuotes: 'text' },
    line: (n) => fieldsOf(n, '"a "b", c"').join(','),
  },
  {
    options: '--unescape postgres',
    dialect: { unescape: 'postgres', quote: undefined, delimiter: '\t' },
    line: (n) => fieldsOf(n, 'a\\nb').join('\t'),
  },
];

/**
 * Measures how fast the readers read records of about 120 bytes in memory, without a load.
 * @param {readonly string[]} _more
 * @param {number} rounds
 * @returns {Promise<DialectsResult>}
 */
export async function measureDialects(_more, rounds) {
  const start = { offset: 0, line: 1, record: 0 };
  const { ByteReader } = /** @type {typeof import('../../src/load/read/byte-reader.ts')} */ (
    await compiledModule('src/load/read/byte-reader.js')
  );
  const { CsvParseReader } = /** @type {typeof import('../../src/load/read/csv-parse/csv-parse-reader.ts')} */ (
    await compiledModule('src/load/read/csv-parse/csv-parse-reader.js')
  );
  const speeds = [];
  for (const { options, dialect, line } of cases) {
    const bytes = Buffer.from(Array.from({ length: recordCount }, (_, n) => `${line(n)}\n`).join(''));
    const whole = { ...plain, ...dialect };
    /** @param {Open} open */
    const measure = (open) => {
      readAll(open(whole), bytes);
      return median(Array.from({ length: rounds }, () => recordCount / readAll(open(whole), bytes)));
    };
    const isInCsvParse = whole.multiline && whole.strayQuotes === 'reject' && whole.unescape === undefined;
    const speed = {
      options,
      byteReader: measure((one) => new ByteReader(one, start, 'bench')),
      csvParse: isInCsvParse ? measure((one) => new CsvParseReader(one, start, 'bench')) : undefined,
    };
    speeds.push(speed);
    say(`  ${options.padEnd(20)} ${Math.round(speed.byteReader)} records a CPU second`);
  }
  return { rounds, speeds };
}

/** @param {number} n */
function fieldsOf(n, text = 'plain note text') {
  return [
    `u-${n}`,
    'First',
    'Last',
    `user${n}@example.com`,
    '42',
    'Berlin',
    '632.483',
    'false',
    '2024-01-10T10:20:00Z',
    text,
  ];
}

/**
 * @param {import('../../src/load/read/record.ts').Reader} reader
 * @param {Buffer} bytes
 * @returns {number} CPU seconds
 */
function readAll(reader, bytes) {
  const before = process.cpuUsage();
  let records = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.subarray(at, at + chunkBytes));
    while (reader.next()) if (reader.record.fault === undefined) records++;
  }
  if (records !== recordCount) throw new Error(`read ${records} records instead of ${recordCount}`);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
