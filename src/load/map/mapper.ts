import { maxItemBytes } from '../../dynamodb/limits.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import type { RejectCode } from '../../errors.ts';
import type { MapSettings, Ragged } from '../settings.ts';
import type { CsvRecord } from '../read/record.ts';
import { afterBrace, afterText, afterWord, compileAttribute, type AttributePlan, type Preceding } from './attribute.ts';
import { getBase64Size } from './base64.ts';
import { bindToTable } from './bind-to-table.ts';
import { absentIndex, type ColumnPlan } from './columns.ts';
import { KeyWriter } from './key-writer.ts';
import type { MapResult, MappedItem } from './map-result.ts';
import { toConstant, maxFillBytes, toSpan, writeConstant, type Memory, type Span } from '../memory.ts';
import { getNumberFault, getNumberSize } from '../../dynamodb/number.ts';
import { faultReasons, explainField, explainItemSize, explainCount, explainUnnamed } from './reasons.ts';
import { maxEscapedBytes, writeText } from './text.ts';
import { isOneOf, parseBoolean, isNullWord } from './literals.ts';

/** Initial size of the output. A 400 KB item needs more only if most of it is escaped. */
const initialOutputBytes = 512 * 1024;

/** Room after a value: a word (`false` is the longest), the end of the item, and the padding of a constant. */
const closingBytes = 5 + 3 + maxFillBytes;

const braceOpen = 0x7b;
const braceClose = 0x7d;
const quote = 0x22;
const plus = 0x2b;
const wordTrue = toConstant('true');
const wordFalse = toConstant('false');

/** The field count of the header, and the rule for records with fewer or more fields. */
export interface RecordShape {
  readonly fieldCount: number;
  readonly ragged: Ragged;
  /** Columns without a name that are left out: a record with text in one is rejected. Default: none. */
  readonly unnamed?: readonly number[] | undefined;
  /** Called for each record that becomes an item with fewer or more fields than the header, before the mapper returns. */
  readonly onAdjusted?: ((adjustment: Adjustment) => void) | undefined;
}

/** What `--ragged` did to a record: it filled missing fields, or dropped surplus fields. */
export type Adjustment = 'padded' | 'truncated';

/**
 * Compiles a function that maps records to items. Its result is valid until the next call.
 *
 * @param columns from `planColumns`
 * @throws LoaderError KEY_COLUMN_MISSING, TYPE_CONFLICT (here, never while mapping a record)
 */
export function compileMapper(
  columns: readonly ColumnPlan[],
  shape: RecordShape,
  table: TableDescription,
  settings: MapSettings,
): (record: CsvRecord) => MapResult {
  const attributes = bindToTable(columns, table)
    .map((column) => compileAttribute(column, settings))
    // Skips attributes that every record of the source omits.
    .filter(({ index, whenEmpty }) => index !== absentIndex || whenEmpty !== 'omit');
  const mapper = new Mapper(attributes, shape, settings);
  const { unnamed = [] } = shape;
  if (unnamed.length === 0) return (record) => mapper.map(record);
  return (record) => rejectUnnamed(record, unnamed) ?? mapper.map(record);
}

/** Maps records to items, and reuses its memory for each. */
class Mapper {
  readonly #attributes: readonly AttributePlan[];
  readonly #keys: KeyWriter;
  readonly #shape: RecordShape;
  readonly #nullStrings: readonly Uint8Array[];
  /** Length of the longest null string, in bytes. Most fields are longer and need no comparison. */
  readonly #maxNullStringBytes: number;
  #out = toSpan(Buffer.allocUnsafeSlow(initialOutputBytes));
  readonly #item: MappedItem = {
    kind: 'item',
    key: this.#out.bytes,
    keyStart: 0,
    keyEnd: 0,
    partition: 0,
    sizeBytes: 0,
    encoded: this.#out,
  };
  /** The current field. Kept while the reader reuses its memory for many records. */
  #field = toSpan(Buffer.alloc(0));

  constructor(attributes: readonly AttributePlan[], shape: RecordShape, settings: MapSettings) {
    this.#attributes = attributes;
    const partition = attributes.find((attribute) => attribute.role === 'partition') as AttributePlan;
    const sort = attributes.find((attribute) => attribute.role === 'sort');
    this.#keys = new KeyWriter(partition, sort);
    this.#shape = shape;
    this.#nullStrings = settings.nullStrings.filter((text) => text !== '').map((text) => Buffer.from(text, 'utf8'));
    this.#maxNullStringBytes = Math.max(0, ...this.#nullStrings.map((text) => text.length));
  }

  map(record: CsvRecord): MapResult {
    if (record.fault !== undefined) return reject(record.fault, faultReasons[record.fault]);
    return record.fieldCount === this.#shape.fieldCount ? this.#encode(record) : this.#mapRagged(record);
  }

  /** Maps a record with fewer or more fields than the header. */
  #mapRagged(record: CsvRecord): MapResult {
    const { fieldCount: expected, ragged, onAdjusted } = this.#shape;
    const found = record.fieldCount;
    const isShort = found < expected;
    if (isShort ? ragged === 'reject' : ragged !== 'truncate') {
      const code = isShort ? 'TOO_FEW_FIELDS' : 'TOO_MANY_FIELDS';
      return { kind: 'reject', code, reason: explainCount(found, expected), fields: { found, expected } };
    }
    const mapped = this.#encode(record);
    if (mapped.kind === 'item') onAdjusted?.(isShort ? 'padded' : 'truncated');
    return mapped;
  }

  /** The hot loop: one pass over the attributes, without allocations. */
  #encode(record: CsvRecord): MapResult {
    const { bytes, starts, ends, fieldCount } = record;
    const attributes = this.#attributes;
    const nullStrings = this.#nullStrings;
    const maxNullStringBytes = this.#maxNullStringBytes;
    if (this.#field.bytes !== bytes) this.#field = toSpan(bytes);
    const field = this.#field;
    let out = this.#out;
    out.bytes[0] = braceOpen;
    let at = 1;
    let before: Preceding = afterBrace;
    let sizeBytes = 0;

    for (let position = 0; position < attributes.length; position++) {
      const attribute = attributes[position] as AttributePlan;
      const index = attribute.index;
      const isThere = index < fieldCount;
      const start = isThere ? (starts[index] as number) : 0;
      const end = isThere ? (ends[index] as number) : 0;
      const length = end - start;
      field.start = start;
      field.end = end;
      // Text longer than an item is rejected before it is written. Only digits, which are never escaped, may be longer.
      const valueBytes = Math.max(length, Math.min(length, maxItemBytes) * maxEscapedBytes);
      const room = attribute.maxConstantBytes + valueBytes + closingBytes;
      if (at + room > out.bytes.length) out = this.#grow(at, room);

      // A NULL has a negative length.
      if (length <= 0 || (length <= maxNullStringBytes && isOneOf(nullStrings, bytes, start, end))) {
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

      at = writeConstant(out, at, attribute.prefix[before]);
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
          const size = getNumberSize(bytes, start, end);
          if (size < 0) return rejectField(getNumberFault(size), attribute, field);
          // Some endpoints refuse a leading plus. All other digits and signs are sent unchanged.
          if (bytes[start] === plus) field.start++;
          at = writeBytes(out, at, field);
          before = afterText;
          sizeBytes += size;
          break;
        }
        case 'B': {
          const size = getBase64Size(bytes, start, end);
          if (size < 0) return rejectField('NOT_BASE64', attribute, field);
          if (size > attribute.maxBytes) return rejectField(attribute.tooLongCode, attribute, field);
          at = writeBytes(out, at, field);
          before = afterText;
          sizeBytes += size;
          break;
        }
        case 'BOOL': {
          const value = parseBoolean(bytes, start, end);
          if (value < 0) return rejectField('NOT_A_BOOLEAN', attribute, field);
          at = writeConstant(out, at, value === 1 ? wordTrue : wordFalse);
          before = afterWord;
          sizeBytes += 1;
          break;
        }
        case 'NULL':
          if (!isNullWord(bytes, start, end)) return rejectField('NOT_A_NULL', attribute, field);
          before = afterWord;
          sizeBytes += 1;
      }
    }

    if (sizeBytes > maxItemBytes) return reject('ITEM_TOO_LARGE', explainItemSize(sizeBytes));
    if (before === afterText) out.bytes[at++] = quote;
    out.bytes[at++] = braceClose;
    out.bytes[at++] = braceClose;
    return this.#finish(record, at, sizeBytes);
  }

  #finish(record: CsvRecord, encodedEnd: number, sizeBytes: number): MappedItem {
    const item = this.#item;
    item.encoded.end = encodedEnd;
    item.sizeBytes = sizeBytes;
    this.#keys.write(record, item);
    return item;
  }

  /** Replaces the output by a larger one with the same first bytes. */
  #grow(used: number, room: number): Span {
    const { bytes } = this.#out;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, used + room));
    larger.set(bytes.subarray(0, used));
    this.#out = toSpan(larger);
    this.#item.encoded = this.#out;
    return this.#out;
  }
}

/** Copies byte by byte: for a few digits this is faster than `Buffer.copy` or `set`. */
function writeBytes(out: Memory, to: number, { bytes, start, end }: Span): number {
  const outBytes = out.bytes;
  let at = to;
  for (let index = start; index < end; index++) outBytes[at++] = bytes[index] as number;
  return at;
}

function reject(code: RejectCode, reason: string): MapResult {
  return { kind: 'reject', code, reason };
}

/** Rejects a record with text in a column that is left out because it has no name. */
function rejectUnnamed(
  { fault, bytes, starts, ends, fieldCount }: CsvRecord,
  unnamed: readonly number[],
): MapResult | undefined {
  if (fault !== undefined) return undefined;
  for (const index of unnamed) {
    const [start = 0, end = 0] = [starts[index], ends[index]];
    if (index < fieldCount && end > start)
      return reject('UNNAMED_FIELD', explainUnnamed(index + 1, { bytes, start, end }));
  }
  return undefined;
}

function rejectField(code: RejectCode, attribute: AttributePlan, field: Span): MapResult {
  return reject(code, explainField(code, attribute, field));
}
