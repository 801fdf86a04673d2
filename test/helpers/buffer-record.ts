import { hashKey } from '../../src/load/map/hash.ts';
import type { MapResult } from '../../src/load/map/map-result.ts';
import { toSpan } from '../../src/load/memory.ts';
import { RecordCopier } from '../../src/load/order/copy-record.ts';
import type { Entry } from '../../src/load/order/entry.ts';
import type { Frontier } from '../../src/load/order/frontier.ts';
import type { Window } from '../../src/load/order/window.ts';

export interface MadeRecord {
  readonly key: string;
  /** Undefined: the table has no sort key. */
  readonly partition?: string;
  readonly encoded?: Buffer;
  /** The mapper rejects the record. */
  readonly isRejected?: boolean;
}

const emptyItem = Buffer.from('{}');
/** The window does not use the fields. */
const noFields = new Int32Array(0);

/** Equal for equal partition keys. */
function numberOf(partition: string): number {
  const bytes = Buffer.from(partition);
  return hashKey(bytes, 0, bytes.length);
}

/** Buffers a record as a load does, and returns its entry in the window. */
export function bufferRecord(window: Window, frontier: Frontier<Entry>, made: MadeRecord): Entry {
  const { key, isRejected = false } = made;
  const number = frontier.end + 1;
  const raw = Buffer.from(`${key}\n`);
  new RecordCopier(window, frontier).copy(
    0,
    {
      bytes: raw,
      fieldCount: 0,
      starts: noFields,
      ends: noFields,
      number,
      line: number + 1,
      offset: number * 10,
      raw,
      rawStart: 0,
      rawEnd: raw.length,
      fault: undefined,
    },
    number + 2,
    isRejected ? { kind: 'reject', code: 'INVALID_BYTES', reason: 'invalid UTF-8' } : item(raw, made),
  );
  const entry = frontier.recordAt(frontier.end - 1);
  if (entry === undefined) throw new Error('the window has no entry for the record');
  return entry;
}

/** @param raw the key and a line break. */
function item(raw: Buffer, { partition, encoded = emptyItem }: MadeRecord): MapResult {
  return {
    kind: 'item',
    key: raw,
    keyStart: 0,
    keyEnd: raw.length - 1,
    partition: partition === undefined ? 0 : numberOf(partition),
    sizeBytes: encoded.length,
    encoded: toSpan(encoded),
  };
}
