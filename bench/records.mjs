import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachePath } from './places.mjs';

const header = 'id,first_name,last_name,email,age,city,score,active,created_at,notes\n';
const cities = ['Lima', 'Berlin', 'São Paulo', 'New York', 'Tokyo', 'Nairobi'];
/** The file is made and written in pieces of about this many characters. */
const pieceLength = 1 << 20;

/**
 * A CSV of 10 columns and about 120 bytes a record, one in twenty with doubled quotes and a quoted newline; made
 * once and kept. A shorter file is the beginning of a longer one.
 * @param {number} count
 * @returns {Promise<string>} its path
 */
export async function recordsFile(count) {
  const path = cachePath(`records-${count}.csv`);
  if (existsSync(path)) return path;
  mkdirSync(dirname(path), { recursive: true });
  // Renamed when complete: a run that is interrupted here leaves no short file behind.
  const unfinished = `${path}.part`;
  const out = createWriteStream(unfinished);
  const chance = linearCongruential(12_345);
  let piece = header;
  for (let index = 0; index < count; index++) {
    piece += record(index, chance);
    if (piece.length < pieceLength) continue;
    if (!out.write(piece)) await once(out, 'drain');
    piece = '';
  }
  out.end(piece);
  await once(out, 'close');
  renameSync(unfinished, path);
  return path;
}

/**
 * @param {number} index
 * @param {() => number} chance
 */
function record(index, chance) {
  const day = index % 10;
  const notes = chance() < 0.05 ? '"said ""hi"", then\nleft"' : `plain note text ${index}`;
  return (
    `u-${String(index).padStart(9, '0')},First${index % 977},Last${index % 1979},user${index}@example.com,` +
    `${Math.floor(chance() * 80) + 18},${cities[index % 6] ?? ''},${(chance() * 1000).toFixed(3)},` +
    `${String(chance() < 0.5)},2024-0${1 + (index % 9)}-1${day}T10:2${day}:00Z,${notes}\n`
  );
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
