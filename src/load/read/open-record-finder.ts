import type { Buffer } from 'node:buffer';
import { ByteFinder, isFinderDialect } from './byte-finder.ts';
import { chooseReader } from './choose-reader.ts';
import type { Dialect, Position, Reader } from './record.ts';
import type { RecordFinder } from './record-finder.ts';

/**
 * Opens the fast finder if it supports the dialect, else a reader. Both find the same records.
 * @param start Position of the first byte that is pushed.
 * @param sourceName Shown in errors.
 */
export async function openRecordFinder(dialect: Dialect, start: Position, sourceName: string): Promise<RecordFinder> {
  if (isFinderDialect(dialect)) return new ByteFinder(dialect, start, sourceName);
  const readers = await chooseReader(dialect);
  return new ReaderFinder(readers.open(start, sourceName));
}

/** Finds records with a reader, in any dialect. */
class ReaderFinder implements RecordFinder {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  push(chunk: Buffer): void {
    this.#reader.push(chunk);
  }

  end(): void {
    this.#reader.end();
  }

  find(minOffset: number): Position | undefined {
    const { record } = this.#reader;
    while (this.#reader.next()) {
      if (record.offset >= minOffset) return { offset: record.offset, line: record.line, record: record.number };
    }
    return undefined;
  }
}
