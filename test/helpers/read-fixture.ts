import { Buffer } from 'node:buffer';
import { LoaderError } from '../../src/errors.ts';
import { planColumns } from '../../src/load/map/columns.ts';
import { headerMissing, readHeader } from '../../src/load/map/header.ts';
import { compileMapper } from '../../src/load/map/mapper.ts';
import type { MapSettings, Settings } from '../../src/load/settings.ts';
import { beginningOf } from '../../src/load/read/start-position.ts';
import { chooseReader } from '../../src/load/read/choose-reader.ts';
import type { CsvRecord, Reader } from '../../src/load/read/record.ts';
import type { Reject } from './fixtures/fixture.ts';
import type { Item } from './keys.ts';

/** A record as a reader found it, copied. */
export interface FoundRecord {
  readonly number: number;
  readonly line: number;
  readonly offset: number;
  /** As it stands in the source; latin-1 text stands for its bytes. */
  readonly raw: string;
  /** Undefined where the record has a fault. */
  readonly fields: readonly string[] | undefined;
}

/** All that a source is read as. */
export interface Found {
  /** With the header, where there is one. */
  readonly records: readonly FoundRecord[];
  readonly names: readonly string[];
  /** Of the records between --skip-records and --max-records, in file order. */
  readonly items: readonly Item[];
  readonly rejects: readonly Reject[];
  readonly error: Pick<LoaderError, 'code' | 'place'> | undefined;
  /** Where reading ended, and the bytes passed that are of no record. */
  readonly endOffset: number;
  readonly blankBytes: number;
  /** What a reject file begins with; latin-1 too. */
  readonly rawHeader: string;
}

/** Reads, and maps for a table whose partition key is the first column. */
export async function readThrough(chunks: Iterable<Buffer>, settings: Settings): Promise<Found> {
  const { read, source } = settings;
  const reader = (await chooseReader(read.dialect)).open(beginningOf(read), 'fixture.csv');
  const records: FoundRecord[] = [];
  const items: Item[] = [];
  const rejects: Reject[] = [];
  let names = read.columns ?? [];
  let map = read.header ? undefined : mapperFor(names, settings);
  let header = '';

  const take = (record: CsvRecord): void => {
    const { number, line } = record;
    records.push(copyOf(record));
    if (map === undefined) {
      header = records.at(-1)?.raw ?? header;
      names = read.columns ?? readHeader(record, 'fixture.csv');
      map = mapperFor(names, settings);
      return;
    }
    if (number <= source.skipRecords || number > source.skipRecords + (source.maxRecords ?? Infinity)) return;
    const mapped = map(record);
    if (mapped.kind === 'reject') rejects.push({ record: number, line, code: mapped.code });
    else items.push(JSON.parse(mapped.encoded.bytes.toString('utf8', 0, mapped.encodedEnd)) as Item);
  };

  let error: LoaderError | undefined;
  try {
    readAll(reader, chunks, take);
    if (map === undefined) throw headerMissing('fixture.csv');
  } catch (caught) {
    if (!(caught instanceof LoaderError)) throw caught;
    error = caught;
  }
  return {
    records,
    names,
    items,
    rejects,
    error: error && { code: error.code, place: error.place },
    endOffset: reader.position.offset,
    blankBytes: reader.blankBytes,
    rawHeader: reader.byteOrderMark.toString('latin1') + header,
  };
}

function readAll(reader: Reader, chunks: Iterable<Buffer>, take: (record: CsvRecord) => void): void {
  for (const chunk of chunks) {
    // What is pushed is overwritten once the reader has to be done with it.
    const lent = Buffer.from(chunk);
    reader.push(lent);
    lent.fill(0x2a);
    while (reader.next()) take(reader.record);
  }
  reader.end();
  while (reader.next()) take(reader.record);
}

function copyOf({ bytes, starts, ends, fieldCount, number, line, offset, raw, ...record }: CsvRecord): FoundRecord {
  const fields = Array.from({ length: fieldCount }, (_, index) => bytes.toString('utf8', starts[index], ends[index]));
  return {
    number,
    line,
    offset,
    raw: raw.toString('latin1', record.rawStart, record.rawEnd),
    fields: record.fault === undefined ? fields : undefined,
  };
}

function mapperFor(names: readonly string[], { map, read }: Settings): ReturnType<typeof compileMapper> {
  const columns = planColumns(names, map);
  const [key] = columns;
  if (key === undefined) throw new Error('a source has a column at least');
  const table = {
    name: 'fixtures',
    partitionKey: { name: key.name, type: 'S' },
    sortKey: undefined,
    indexKeys: [],
    provisionedWriteUnits: undefined,
  } as const;
  return compileMapper(columns, names.length, table, map, read.ragged);
}

/** The item that a record is to become; written apart from the mapper on purpose, for the one to check the other. */
export function itemOf(names: readonly string[], fields: readonly string[], settings: MapSettings): Item {
  const item: Item = {};
  for (const [index, name] of names.entries()) {
    const text = fields[index] ?? '';
    if (settings.nullStrings.includes(text)) item[name] = { NULL: true };
    else if (settings.types.get(name) === 'N') {
      if (text !== '') item[name] = { N: text.replace(/^\+/, '') };
    } else if (text !== '' || settings.empty === 'string') item[name] = { S: text };
  }
  return item;
}
