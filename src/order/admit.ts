import { betweenItems } from '../dynamodb/request-size.ts';
import { hashKey } from '../map/hash.ts';
import type { Mapped } from '../map/mapped.ts';
import type { CsvRecord, Position } from '../read/record.ts';
import type { Entry } from './entry.ts';
import type { Frontier } from './frontier.ts';
import type { Window } from './window.ts';

const between = Buffer.from(betweenItems);

/**
 * Copies a record and what was made of it out of the reader's and the mapper's memory, into the window. The raw record
 * and the key go to the back of a slab; the item goes to its front, behind what stands between two items of a
 * request: so what is sent in the order of the file is one run of bytes.
 */
export function admit(
  window: Window,
  frontier: Frontier<Entry>,
  source: number,
  record: CsvRecord,
  after: Position,
  mapped: Mapped,
): void {
  const isItem = mapped.kind === 'item';
  const rawBytes = record.rawEnd - record.rawStart;
  const keyBytes = isItem ? mapped.keyEnd - mapped.keyStart : 0;
  const keptBytes = rawBytes + keyBytes;
  const sentBytes = isItem ? between.length + mapped.encodedEnd : 0;

  const entry = window.newEntry(keptBytes + sentBytes);
  const { slab } = entry;
  const { memory } = slab;
  slab.keptBytes += keptBytes;
  entry.source = source;
  entry.number = record.number;
  entry.line = record.line;
  entry.offset = record.offset;
  entry.rawStart = memory.length - slab.keptBytes;
  entry.rawEnd = entry.rawStart + rawBytes;
  entry.keyEnd = entry.rawEnd + keyBytes;
  entry.itemStart = entry.itemEnd = slab.usedBytes;
  record.raw.copy(memory, entry.rawStart, record.rawStart, record.rawEnd);
  entry.sequence = frontier.add(entry, after.offset, after.line);
  if (!isItem) {
    window.admitRejected(entry, { code: mapped.code, reason: mapped.reason });
    return;
  }
  const { key, keyStart, keyEnd } = mapped;
  for (let from = keyStart, to = entry.rawEnd; from < keyEnd; from++, to++) memory[to] = key[from] as number;
  entry.keyHash = hashKey(memory, entry.rawEnd, entry.keyEnd);
  entry.partition = mapped.partition;
  entry.sizeBytes = mapped.sizeBytes;
  between.copy(memory, slab.usedBytes);
  entry.itemStart = slab.usedBytes + between.length;
  slab.usedBytes = entry.itemEnd = entry.itemStart + mapped.encodedEnd;
  mapped.encoded.copy(memory, entry.itemStart, 0, mapped.encodedEnd);
  window.admit(entry);
}
