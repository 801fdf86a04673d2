import { betweenItems } from '../../dynamodb/request-size.ts';
import { hashKey } from '../map/hash.ts';
import type { MapResult } from '../map/map-result.ts';
import { copySpan, toSpan, type Span } from '../memory.ts';
import type { CsvRecord } from '../read/record.ts';
import type { Entry } from './entry.ts';
import type { Frontier } from './frontier.ts';
import type { Window } from './window.ts';

const separator = toSpan(Buffer.from(betweenItems));
const separatorBytes = separator.end;

/**
 * Copies records and their mapped items out of the memory of reader and mapper, into the window. The raw record and its key
 * go to the back of a slab. The item goes to the front, after the text between two items of a request. Items that are
 * sent in file order are thus one run of bytes.
 */
export class RecordCopier {
  readonly #window: Window;
  readonly #frontier: Frontier<Entry>;
  /** Span of the last raw record, moved along: a reader reads many records into the same memory. */
  #raw: Span = toSpan(Buffer.alloc(0));

  constructor(window: Window, frontier: Frontier<Entry>) {
    this.#window = window;
    this.#frontier = frontier;
  }

  /** @param lineAfter the line on which the next record starts. */
  copy(source: number, record: CsvRecord, lineAfter: number, mapped: MapResult): void {
    const isItem = mapped.kind === 'item';
    const rawBytes = record.rawEnd - record.rawStart;
    const keyBytes = isItem ? mapped.keyEnd - mapped.keyStart : 0;
    const keptBytes = rawBytes + keyBytes;
    const sentBytes = isItem ? separatorBytes + mapped.encoded.end : 0;

    const entry = this.#window.newEntry(keptBytes + sentBytes);
    const { slab } = entry;
    const { bytes } = slab;
    slab.keptBytes += keptBytes;
    entry.source = source;
    entry.number = record.number;
    entry.line = record.line;
    entry.offset = record.offset;
    entry.rawStart = bytes.length - slab.keptBytes;
    entry.rawEnd = entry.rawStart + rawBytes;
    entry.keyEnd = entry.rawEnd + keyBytes;
    entry.itemStart = entry.itemEnd = slab.usedBytes;
    copySpan(this.#rawOf(record), slab, entry.rawStart);
    entry.sequence = this.#frontier.add(entry, record.offset + rawBytes, lineAfter);
    if (!isItem) {
      this.#window.addRejected(entry, { code: mapped.code, reason: mapped.reason, fields: mapped.fields });
      return;
    }
    const { key, keyStart, keyEnd } = mapped;
    for (let from = keyStart, to = entry.rawEnd; from < keyEnd; from++, to++) bytes[to] = key[from] as number;
    entry.keyHash = hashKey(bytes, entry.rawEnd, entry.keyEnd);
    entry.partition = mapped.partition;
    entry.sizeBytes = mapped.sizeBytes;
    copySpan(separator, slab, slab.usedBytes);
    entry.itemStart = slab.usedBytes + separatorBytes;
    slab.usedBytes = entry.itemEnd = entry.itemStart + mapped.encoded.end;
    copySpan(mapped.encoded, slab, entry.itemStart);
    this.#window.add(entry);
  }

  #rawOf({ raw, rawStart, rawEnd }: CsvRecord): Span {
    if (this.#raw.bytes !== raw) this.#raw = toSpan(raw);
    this.#raw.start = rawStart;
    this.#raw.end = rawEnd;
    return this.#raw;
  }
}
