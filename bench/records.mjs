import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachePath } from './places.mjs';

const cities = ['Lima', 'Berlin', 'São Paulo', 'New York', 'Tokyo', 'Nairobi'];
const names = 'id,first_name,last_name,email,age,city,score,active,created_at,notes'.split(',');
/** The file is made and written in pieces of about this many characters. */
const pieceLength = 1 << 20;
/** Of a record of 1 KB; with the names of its attributes the item stays within one write unit, 1,024 bytes. */
const largeRecordBytes = 950;
/** Records with one value of the partition key in the sorted file. */
export const recordsPerPartition = 1000;

/**
 * @typedef {120 | 1024} RecordBytes about how long a record is
 * @typedef {object} Kind
 * @property {number} count of the records
 * @property {RecordBytes} [bytes] 120
 * @property {boolean} [sorted] by partition key `pk`, 1,000 records each, with the sort key `sk`
 * @property {'csv' | 'jsonl'} [format] csv
 */

/**
 * A file of records with 10 columns, one in twenty with doubled quotes and a quoted newline; made once and kept. The same
 * on every machine; a shorter file is the beginning of a longer one. The digits of the key are the record's number.
 * @param {Kind} kind
 * @returns {Promise<string>} its path
 */
export async function recordsFile({ count, bytes = 120, sorted = false, format = 'csv' }) {
  const path = cachePath(`records-${sorted ? 'sorted-' : ''}${bytes}-${count}.${format}`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  // Renamed when complete: a run that is interrupted here leaves no short file behind.
  const unfinished = `${path}.part`;
  const out = createWriteStream(unfinished);
  const chance = linearCongruential(12_345);
  const columns = sorted ? ['pk', 'sk', ...names.slice(1)] : names;
  const write = format === 'csv' ? csvLine : jsonLine;
  let piece = format === 'csv' ? `${columns.join(',')}\n` : '';
  for (let index = 0; index < count; index++) {
    const [id = '', ...rest] = record(index, chance, bytes);
    piece += write(columns, sorted ? [...sortedKey(index), ...rest] : [id, ...rest]);
    if (piece.length < pieceLength) continue;
    if (!out.write(piece)) await once(out, 'drain');
    piece = '';
  }
  out.end(piece);
  await once(out, 'close');
  renameSync(unfinished, path);
  return path;
}

/** @param {number} index */
function sortedKey(index) {
  const pk = `p-${String(Math.floor(index / recordsPerPartition)).padStart(4, '0')}`;
  return [pk, `s-${String(index % recordsPerPartition).padStart(4, '0')}`];
}

/**
 * @param {number} index
 * @param {() => number} chance
 * @param {RecordBytes} bytes
 * @returns {string[]}
 */
function record(index, chance, bytes) {
  const day = index % 10;
  const quoted = chance() < 0.05;
  const fields = [
    `u-${String(index).padStart(9, '0')}`,
    `First${index % 977}`,
    `Last${index % 1979}`,
    `user${index}@example.com`,
    String(Math.floor(chance() * 80) + 18),
    cities[index % 6] ?? '',
    (chance() * 1000).toFixed(3),
    String(chance() < 0.5),
    `2024-0${1 + (index % 9)}-1${day}T10:2${day}:00Z`,
  ];
  const notes = quoted ? 'said "hi", then\nleft' : `plain note text ${index}`;
  if (bytes === 120) return [...fields, notes];
  const missing = largeRecordBytes - fields.join(',').length - notes.length;
  return [...fields, notes + ` and words that fill it ${index}`.repeat(40).slice(0, missing)];
}

/**
 * @param {string[]} _columns
 * @param {string[]} fields
 */
function csvLine(_columns, fields) {
  const last = fields.at(-1) ?? '';
  const written = last.includes('"') ? `"${last.replaceAll('"', '""')}"` : last;
  return `${fields.slice(0, -1).join(',')},${written}\n`;
}

/**
 * @param {string[]} columns
 * @param {string[]} fields
 */
function jsonLine(columns, fields) {
  return `${JSON.stringify(Object.fromEntries(columns.map((name, index) => [name, fields[index]])))}\n`;
}

/**
 * @param {number} seed
 * @returns {() => number} numbers in [0, 1), the same on every machine
 */
function linearCongruential(seed) {
  let state = seed;
  return () => {
    // Math.imul: the product is beyond what a double holds exactly.
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    return state / 0x80_00_00_00;
  };
}
