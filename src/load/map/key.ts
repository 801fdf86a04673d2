import { keyPart } from '../../dynamodb/keys.ts';
import type { CsvRecord } from '../read/record.ts';
import type { Attribute } from './attribute.ts';
import { hashKey } from './hash.ts';
import type { MappedItem } from './mapped.ts';
import { isPlainInteger } from '../../dynamodb/number.ts';

/** Both parts and what stands around them: 2,048 and 1,024 bytes at most, in base64 if they are binary. */
const keyBytes = 8 * 1024;

/** Where a partition key stands that a sort key follows: behind its length (4 digits at most) and a colon. */
const behindLength = 5;

const zero = 0x30;
const colon = 0x3a;

/** Puts the key of a record into its item, as the bytes that `keyOfItem` has as a string. No string is made for it. */
export class KeyMaker {
  readonly #partition: Attribute;
  readonly #sort: Attribute | undefined;
  readonly #memory = Buffer.allocUnsafeSlow(keyBytes);

  /** @param partition and sort are bound to type S, N or B by the table */
  constructor(partition: Attribute, sort: Attribute | undefined) {
    this.#partition = partition;
    this.#sort = sort;
  }

  /** @param record whose key attributes the mapper has found valid and not empty */
  make(record: CsvRecord, item: MappedItem): void {
    if (this.#sort === undefined) this.#single(record, item);
    else this.#pair(record, this.#sort, item);
  }

  #single({ bytes, starts, ends }: CsvRecord, item: MappedItem): void {
    const { type, index } = this.#partition;
    const start = starts[index] as number;
    const end = ends[index] as number;
    if (type === 'N' && !isPlainInteger(bytes, start, end)) {
      item.key = this.#memory;
      item.keyStart = 0;
      item.keyEnd = this.#memory.write(keyPart('N', bytes, start, end), 'latin1');
    } else {
      item.key = bytes;
      item.keyStart = start;
      item.keyEnd = end;
    }
  }

  #pair(record: CsvRecord, sort: Attribute, item: MappedItem): void {
    const memory = this.#memory;
    const after = writePart(memory, behindLength, this.#partition, record);
    let start = behindLength;
    memory[--start] = colon;
    for (let length = after - behindLength; length > 0; length = Math.floor(length / 10)) {
      memory[--start] = zero + (length % 10);
    }
    item.key = memory;
    item.keyStart = start;
    item.keyEnd = writePart(memory, after, sort, record);
    item.partition = hashKey(memory, behindLength, after);
  }
}

function writePart(memory: Buffer, to: number, { type, index }: Attribute, record: CsvRecord): number {
  const { bytes } = record;
  const start = record.starts[index] as number;
  const end = record.ends[index] as number;
  if (type === 'N' && !isPlainInteger(bytes, start, end)) {
    return to + memory.write(keyPart('N', bytes, start, end), to, 'latin1');
  }
  let at = to;
  for (let from = start; from < end; from++) memory[at++] = bytes[from] as number;
  return at;
}
