import type { Mapped } from '../map/mapped.ts';
import type { CsvRecord, Position } from '../read/record.ts';
import type { Entry } from './entry.ts';
import type { Frontier } from './frontier.ts';
import type { Window } from './window.ts';

const nothing = Buffer.alloc(0);

/** Copies a record and what was made of it out of the reader's and the mapper's memory, into the window. */
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
  const itemBytes = isItem ? mapped.encodedEnd : 0;
  const slab = window.slabs.reserve(rawBytes + itemBytes);
  const rawStart = slab.usedBytes;
  const itemStart = rawStart + rawBytes;
  record.raw.copy(slab.memory, rawStart, record.rawStart, record.rawEnd);
  (isItem ? mapped.encoded : nothing).copy(slab.memory, itemStart, 0, itemBytes);
  slab.usedBytes = itemStart + itemBytes;
  const entry: Entry = {
    sequence: 0,
    source,
    number: record.number,
    line: record.line,
    offset: record.offset,
    key: isItem ? mapped.key : '',
    partition: isItem ? mapped.partition : '',
    sizeBytes: isItem ? mapped.sizeBytes : 0,
    slab,
    rawStart,
    itemStart,
    itemEnd: slab.usedBytes,
    unknown: false,
    attempts: 0,
    troubledSinceMs: undefined,
    rejection: undefined,
    slot: undefined,
  };
  entry.sequence = frontier.add(entry, after.offset, after.line);
  if (isItem) window.admit(entry);
  else window.admitRejected(entry, { code: mapped.code, reason: mapped.reason });
}
