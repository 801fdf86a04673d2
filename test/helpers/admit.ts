import { hashKey } from '../../src/map/hash.ts';
import { admit } from '../../src/order/admit.ts';
import type { Entry } from '../../src/order/entry.ts';
import type { Frontier } from '../../src/order/frontier.ts';
import type { Window } from '../../src/order/window.ts';

export interface MadeRecord {
  readonly key: string;
  readonly partition?: string;
  readonly encoded?: Buffer;
  /** A record that makes no item. */
  readonly isRejected?: boolean;
}

/** The same for equal partition keys. */
const numberOf = (partition: string): number => hashKey(Buffer.from(partition), 0, Buffer.byteLength(partition));

/** Admits a record as a load does, and returns what the window keeps of it. */
export function admitRecord(window: Window, frontier: Frontier<Entry>, made: MadeRecord): Entry {
  const { key, partition = key, encoded = Buffer.from('{}'), isRejected = false } = made;
  const number = frontier.end + 1;
  const raw = Buffer.from(`${key}\n`);
  admit(
    window,
    frontier,
    0,
    {
      bytes: raw,
      fieldCount: 1,
      starts: Int32Array.of(0),
      ends: Int32Array.of(key.length),
      number,
      line: number + 1,
      offset: number * 10,
      raw,
      rawStart: 0,
      rawEnd: raw.length,
      fault: undefined,
    },
    { offset: number * 10 + raw.length, line: number + 2, record: number + 1 },
    isRejected
      ? { kind: 'reject', code: 'NOT_UTF8', reason: 'not text' }
      : {
          ...{ kind: 'item', key: raw, keyStart: 0, keyEnd: raw.length - 1, partition: numberOf(partition) },
          ...{ sizeBytes: encoded.length, encoded, encodedEnd: encoded.length },
        },
  );
  const entry = frontier.at(frontier.end - 1);
  if (entry === undefined) throw new Error('the record was not kept');
  return entry;
}
