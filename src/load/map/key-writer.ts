import { encodeKeyPart } from '../../dynamodb/keys.ts';
import type { CsvRecord } from '../read/record.ts';
import type { AttributePlan } from './attribute.ts';
import { hashKey } from './hash.ts';
import type { MappedItem } from './map-result.ts';
import { isPlainInteger } from '../../dynamodb/number.ts';

/** Room for both parts: at most 2,048 and 1,024 bytes, more in base64 if they are binary. */
const maxKeyBytes = 8 * 1024;

/** Offset of the partition key in a composite key: after its length (up to 4 digits) and a colon. */
const partitionStart = 5;

const zero = 0x30;
const colon = 0x3a;

/** Writes the key of a record into its item, as the bytes of the string from `getItemKey`. Makes no string. */
export class KeyWriter {
  readonly #partition: AttributePlan;
  readonly #sort: AttributePlan | undefined;
  readonly #memory = Buffer.allocUnsafeSlow(maxKeyBytes);

  /** @param partition has type S, N or B, as has `sort` */
  constructor(partition: AttributePlan, sort: AttributePlan | undefined) {
    this.#partition = partition;
    this.#sort = sort;
  }

  /** @param record with key fields that the mapper has validated */
  write(record: CsvRecord, item: MappedItem): void {
    if (this.#sort === undefined) this.#writeSingle(record, item);
    else this.#writeComposite(record, this.#sort, item);
  }

  #writeSingle({ bytes, starts, ends }: CsvRecord, item: MappedItem): void {
    const { type, index } = this.#partition;
    const start = starts[index] as number;
    const end = ends[index] as number;
    if (type === 'N' && !isPlainInteger(bytes, start, end)) {
      item.key = this.#memory;
      item.keyStart = 0;
      item.keyEnd = this.#memory.write(encodeKeyPart('N', bytes, start, end), 'latin1');
    } else {
      item.key = bytes;
      item.keyStart = start;
      item.keyEnd = end;
    }
  }

  #writeComposite(record: CsvRecord, sort: AttributePlan, item: MappedItem): void {
    const memory = this.#memory;
    const after = writePart(memory, partitionStart, this.#partition, record);
    let start = partitionStart;
    memory[--start] = colon;
    for (let length = after - partitionStart; length > 0; length = Math.floor(length / 10)) {
      memory[--start] = zero + (length % 10);
    }
    item.key = memory;
    item.keyStart = start;
    item.keyEnd = writePart(memory, after, sort, record);
    item.partition = hashKey(memory, partitionStart, after);
  }
}

function writePart(memory: Buffer, to: number, { type, index }: AttributePlan, record: CsvRecord): number {
  const { bytes } = record;
  const start = record.starts[index] as number;
  const end = record.ends[index] as number;
  if (type === 'N' && !isPlainInteger(bytes, start, end)) {
    return to + memory.write(encodeKeyPart('N', bytes, start, end), to, 'latin1');
  }
  let at = to;
  for (let from = start; from < end; from++) memory[at++] = bytes[from] as number;
  return at;
}
