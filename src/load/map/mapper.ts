import { maxItemBytes } from '../../dynamodb/limits.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import type { RejectCode } from '../../errors.ts';
import type { MapSettings, Ragged } from '../settings.ts';
import type { CsvRecord } from '../read/record.ts';
import { afterBrace, afterText, afterWord, compileAttribute, type Attribute, type Entrance } from './attribute.ts';
import { base64Size } from './base64.ts';
import { bindToTable } from './bind-to-table.ts';
import { absent, type ColumnPlan } from './columns.ts';
import { KeyMaker } from './key.ts';
import type { Mapped, MappedItem } from './mapped.ts';
import { constantOf, maxFillBytes, spanOf, writeConstant, type Memory, type Span } from '../memory.ts';
import { numberFault, numberSize } from '../../dynamodb/number.ts';
import { faultReason, fieldReason, itemReason, raggedReason } from './reasons.ts';
import { maxEscapedBytes, writeText } from './text.ts';
import { isOneOf, readBoolean, saysNull } from './literals.ts';

/** To start with; an item of 400 KB needs more only where most of it is escaped. */
const firstOutputBytes = 512 * 1024;

/** Room for what follows a value: a word (`false` is the longest), what closes the item, and a constant's fill. */
const closingBytes = 5 + 3 + maxFillBytes;

const braceOpen = 0x7b;
const braceClose = 0x7d;
const quote = 0x22;
const plus = 0x2b;
const wordTrue = constantOf('true');
const wordFalse = constantOf('false');

/** How many fields the header has, and what becomes of records with fewer or more. */
export interface RecordShape {
  readonly fieldCount: number;
  readonly ragged: Ragged;
}

/**
 * Compiles the way from a record to its item. What it answers is reused: valid until the next call.
 *
 * @param columns of `planColumns`
 * @throws LoaderError KEY_COLUMN_MISSING, TYPE_CONFLICT (now, never when a record is mapped)
 */
export function compileMapper(
  columns: readonly ColumnPlan[],
  shape: RecordShape,
  table: TableDescription,
  settings: MapSettings,
): (record: CsvRecord) => Mapped {
  const attributes = bindToTable(columns, table)
    .map((column) => compileAttribute(column, settings))
    // What every record of the source leaves out costs no look at each.
    .filter(({ index, whenEmpty }) => index !== absent || whenEmpty !== 'omit');
  const mapper = new Mapper(attributes, shape, settings);
  return (record) => mapper.map(record);
}

/** Records in, items out; holds the memory that is used anew for each. */
class Mapper {
  private readonly attributes: readonly Attribute[];
  private readonly keys: KeyMaker;
  private readonly shape: RecordShape;
  private readonly nullStrings: readonly Uint8Array[];
  /** Length of the longest of them, in bytes: most fields are longer, and need no look at each. */
  private readonly longestNullString: number;
  private out = spanOf(Buffer.allocUnsafeSlow(firstOutputBytes));
  private readonly item: MappedItem = {
    kind: 'item',
    key: this.out.bytes,
    keyStart: 0,
    keyEnd: 0,
    partition: 0,
    sizeBytes: 0,
    encoded: this.out,
  };
  /** The field that is being written. A reader reads many records into the same memory. */
  private field = spanOf(Buffer.alloc(0));

  constructor(attributes: readonly Attribute[], shape: RecordShape, settings: MapSettings) {
    this.attributes = attributes;
    const partition = attributes.find((attribute) => attribute.role === 'partition') as Attribute;
    const sort = attributes.find((attribute) => attribute.role === 'sort');
    this.keys = new KeyMaker(partition, sort);
    this.shape = shape;
    this.nullStrings = settings.nullStrings.filter((text) => text !== '').map((text) => Buffer.from(text, 'utf8'));
    this.longestNullString = Math.max(0, ...this.nullStrings.map((text) => text.length));
  }

  map(record: CsvRecord): Mapped {
    if (record.fault !== undefined) return reject(record.fault, faultReason(record.fault));
    const { fieldCount, ragged } = this.shape;
    const found = record.fieldCount;
    if (found < fieldCount && ragged === 'reject') return reject('TOO_FEW_FIELDS', raggedReason(found, fieldCount));
    if (found > fieldCount && ragged !== 'truncate') return reject('TOO_MANY_FIELDS', raggedReason(found, fieldCount));
    return this.encode(record);
  }

  /** The hot loop: one pass over the attributes, nothing allocated before the key. */
  private encode(record: CsvRecord): Mapped {
    const { bytes, starts, ends, fieldCount } = record;
    const attributes = this.attributes;
    const { nullStrings, longestNullString } = this;
    if (this.field.bytes !== bytes) this.field = spanOf(bytes);
    const field = this.field;
    let out = this.out;
    out.bytes[0] = braceOpen;
    let at = 1;
    let before: Entrance = afterBrace;
    let sizeBytes = 0;

    for (let position = 0; position < attributes.length; position++) {
      const attribute = attributes[position] as Attribute;
      const index = attribute.index;
      const isThere = index < fieldCount;
      const start = isThere ? (starts[index] as number) : 0;
      const end = isThere ? (ends[index] as number) : 0;
      const length = end - start;
      field.start = start;
      field.end = end;
      // text longer than an item is refused before it is written; only digits, never escaped, may be longer
      const valueBytes = Math.max(length, Math.min(length, maxItemBytes) * maxEscapedBytes);
      const room = attribute.constantBytes + valueBytes + closingBytes;
      if (at + room > out.bytes.length) out = this.grow(at, room);

      if (length === 0 || (length <= longestNullString && isOneOf(nullStrings, bytes, start, end))) {
        const rule = length === 0 ? attribute.whenEmpty : attribute.whenNullString;
        if (rule === 'omit') continue;
        if (rule === 'refuse') return rejectField('KEY_EMPTY', attribute, field);
        if (rule === 'null') {
          at = writeConstant(out, at, attribute.nullAttribute[before]);
          before = afterWord;
          sizeBytes += attribute.nameBytes + 1;
          continue;
        }
      }

      at = writeConstant(out, at, attribute.opening[before]);
      sizeBytes += attribute.nameBytes;
      switch (attribute.type) {
        case 'S':
          if (length > attribute.maxBytes) return rejectField(attribute.tooLongCode, attribute, field);
          at = writeText(out, at, field);
          if (at < 0) return rejectField('INVALID_BYTES', attribute, field);
          before = afterText;
          sizeBytes += length;
          break;
        case 'N': {
          const size = numberSize(bytes, start, end);
          if (size < 0) return rejectField(numberFault(size), attribute, field);
          // some endpoints refuse a leading plus; all other digits and signs go out as they stand
          if (bytes[start] === plus) field.start++;
          at = writeBytes(out, at, field);
          before = afterText;
          sizeBytes += size;
          break;
        }
        case 'B': {
          const size = base64Size(bytes, start, end);
          if (size < 0) return rejectField('NOT_BASE64', attribute, field);
          if (size > attribute.maxBytes) return rejectField(attribute.tooLongCode, attribute, field);
          at = writeBytes(out, at, field);
          before = afterText;
          sizeBytes += size;
          break;
        }
        case 'BOOL': {
          const value = readBoolean(bytes, start, end);
          if (value < 0) return rejectField('NOT_A_BOOLEAN', attribute, field);
          at = writeConstant(out, at, value === 1 ? wordTrue : wordFalse);
          before = afterWord;
          sizeBytes += 1;
          break;
        }
        case 'NULL':
          if (!saysNull(bytes, start, end)) return rejectField('NOT_A_NULL', attribute, field);
          before = afterWord;
          sizeBytes += 1;
      }
    }

    if (sizeBytes > maxItemBytes) return reject('ITEM_TOO_LARGE', itemReason(sizeBytes));
    if (before === afterText) out.bytes[at++] = quote;
    out.bytes[at++] = braceClose;
    out.bytes[at++] = braceClose;
    return this.finish(record, at, sizeBytes);
  }

  private finish(record: CsvRecord, encodedEnd: number, sizeBytes: number): MappedItem {
    const item = this.item;
    item.encoded.end = encodedEnd;
    item.sizeBytes = sizeBytes;
    this.keys.make(record, item);
    return item;
  }

  /** A larger output with the same first bytes; it stays for the records to come. */
  private grow(used: number, room: number): Span {
    const { bytes } = this.out;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, used + room));
    larger.set(bytes.subarray(0, used));
    this.out = spanOf(larger);
    this.item.encoded = this.out;
    return this.out;
  }
}

/** A byte loop: for the few digits of a number it is faster than a call into `Buffer.copy` or `set`. */
function writeBytes(out: Memory, to: number, { bytes, start, end }: Span): number {
  const outBytes = out.bytes;
  let at = to;
  for (let index = start; index < end; index++) outBytes[at++] = bytes[index] as number;
  return at;
}

function reject(code: RejectCode, reason: string): Mapped {
  return { kind: 'reject', code, reason };
}

function rejectField(code: RejectCode, attribute: Attribute, field: Span): Mapped {
  return reject(code, fieldReason(code, attribute, field));
}
