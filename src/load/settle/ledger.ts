import { LoaderError } from '../../errors.ts';
import type { MaxErrors } from '../settings.ts';
import type { Adjustment } from '../map/mapper.ts';
import type { Entry } from '../order/entry.ts';
import type { Frontier } from '../order/frontier.ts';
import { sourceStart } from '../read/start-position.ts';
import type { Position } from '../read/record.ts';
import { pluralize } from '../../text/format.ts';
import { zeroCounts, type Counts, type HeaderLine } from '../summary.ts';
import type { Rejects } from './rejects.ts';
import { Sequences } from './sequences.ts';
import { addMisshapen, checkShape, type Misshapen } from './shape-check.ts';

/** Minimum number of records for a limit that is a percentage. */
const minRecordsForShare = 1_000;

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** The part of the job's records that comes from one source. */
interface SourceSegment {
  readonly source: number;
  /** Byte-order mark and raw header of the source, the start of its reject file. */
  readonly header: Buffer;
  /** Position of the first record that this run reads. */
  readonly start: Position;
  /** Sequence of the first record after this source; undefined while the source is being read. */
  end: number | undefined;
  /** Bytes of the source; set together with `end`. */
  bytes: number;
}

/** A header that was read. */
export interface SourceHeaderLine extends HeaderLine {
  /** Index of its source. */
  readonly source: number;
}

/** The frontier that a ledger starts from. */
export interface LedgerStart {
  readonly source: number;
  readonly position: Position;
  readonly bytesBefore: number;
  readonly counts: Counts;
  readonly misshapen: Misshapen | null;
  /** Headers of all sources that were started. */
  readonly headers: readonly SourceHeaderLine[];
}

export const emptyLedger: LedgerStart = {
  source: 0,
  position: sourceStart,
  bytesBefore: 0,
  counts: zeroCounts,
  misshapen: null,
  headers: [],
};

export interface LedgerOptions {
  readonly frontier: Frontier<Entry>;
  readonly rejects: Rejects;
  readonly maxErrors: MaxErrors;
  readonly checksShape: boolean;
  readonly start: LedgerStart;
  /** Records to skip in each source (`--skip-records`). */
  readonly skipRecords: number;
  /** Releases the entry of a rejected record. */
  readonly forget: (entry: Entry) => void;
}

/**
 * Follows the frontier in file order: counts records, passes rejects to their files, tracks the position for the next
 * checkpoint, and enforces `--max-errors`.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #segments: SourceSegment[] = [];
  readonly #counts: Mutable<Counts>;
  readonly #headers: SourceHeaderLine[];
  /** Records that `--ragged` filled or cut, beyond the frontier. */
  readonly #adjusted: Readonly<Record<Adjustment, Sequences>> = { padded: new Sequences(), truncated: new Sequences() };
  #misshapen: Misshapen | null;
  readonly #position: Mutable<Position>;
  #source: number;
  #bytesBefore: number;
  #tooManyErrors: LoaderError | undefined;

  constructor(options: LedgerOptions) {
    const { start } = options;
    this.#options = options;
    this.#counts = { ...start.counts };
    this.#headers = [...start.headers];
    this.#misshapen = start.misshapen;
    this.#position = { ...start.position };
    this.#source = start.source;
    this.#bytesBefore = start.bytesBefore;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** Rejected records with the wrong number of fields, if no record was accepted. */
  get misshapen(): Misshapen | null {
    return this.#misshapen;
  }

  /** Headers of all sources that were started, also in earlier runs. */
  get headers(): readonly SourceHeaderLine[] {
    return this.#headers;
  }

  /** Index of the source that contains the frontier. */
  get source(): number {
    return this.#source;
  }

  get position(): Position {
    return { ...this.#position };
  }

  /** Bytes of the sources before the one that contains the frontier. */
  get bytesBefore(): number {
    return this.#bytesBefore;
  }

  /** Settled bytes of all sources. */
  get bytes(): number {
    return this.#bytesBefore + this.#position.offset;
  }

  /** Header of the source that contains the frontier; undefined until it is read. */
  get header(): Buffer | undefined {
    return this.#segments[0]?.header;
  }

  /** The error that stopped the frontier at `--max-errors`; undefined until then. */
  get tooManyErrors(): LoaderError | undefined {
    return this.#tooManyErrors;
  }

  /** Starts the next source, after its header was read. */
  startSource(source: number, header: Buffer, start: Position): void {
    this.#segments.push({ source, header, start, end: undefined, bytes: 0 });
    if (this.#segments.length === 1) this.#enterSource(source, start);
  }

  /** Notes the header of a source for the summary. A resumed run already knows those of the sources it has started. */
  noteHeader(header: SourceHeaderLine): void {
    if (header.source > (this.#headers.at(-1)?.source ?? -1)) this.#headers.push(header);
  }

  /** Notes that the next record to be added was filled or cut. */
  noteAdjusted(adjustment: Adjustment): void {
    this.#adjusted[adjustment].add(this.#options.frontier.end);
  }

  /** Ends the current source, after its last record was added to the frontier. */
  endSource(bytes: number): void {
    const last = this.#segments.at(-1);
    if (last === undefined) throw new Error('no source has started');
    last.end = this.#options.frontier.end;
    last.bytes = bytes;
    this.advance();
  }

  /** Passes all settled records at the frontier. */
  advance(): void {
    this.#passRecords();
    const { sequence } = this.#options.frontier;
    this.#counts.padded += this.#adjusted.padded.takeBefore(sequence);
    this.#counts.truncated += this.#adjusted.truncated.takeBefore(sequence);
  }

  #passRecords(): void {
    const { frontier, skipRecords } = this.#options;
    const position = this.#position;
    while (this.#tooManyErrors === undefined) {
      this.#leaveSources(frontier.sequence);
      const passed = frontier.pass();
      if (passed === undefined) return;
      this.#counts.read++;
      this.#counts[passed.outcome]++;
      position.offset = passed.endOffset;
      position.line = passed.endLine;
      // Skipped records (--skip-records) never get here.
      position.record = Math.max(position.record, skipRecords + 1) + 1;
      if (passed.outcome === 'rejected') this.#passReject(passed.record);
    }
  }

  #enterSource(source: number, position: Position): void {
    this.#source = source;
    Object.assign(this.#position, position);
  }

  #leaveSources(sequence: number): void {
    for (let segment = this.#segments[0]; segment?.end === sequence; segment = this.#segments[0]) {
      this.#bytesBefore += segment.bytes;
      this.#segments.shift();
      this.#enterSource(segment.source + 1, this.#segments[0]?.start ?? sourceStart);
    }
  }

  #passReject(entry: Entry | undefined): void {
    const header = this.header;
    if (entry === undefined || header === undefined) throw new Error('the entry of a rejected record is missing');
    const { rejects, maxErrors, checksShape, forget } = this.#options;
    rejects.add(entry, header);
    const misshapen = this.#addMisshapen(entry);
    forget(entry);
    const shapeError = checksShape && misshapen !== undefined ? checkShape(misshapen) : undefined;
    this.#tooManyErrors = shapeError ?? checkErrorLimit(maxErrors, this.#counts);
  }

  /** Returns undefined if the record has the right number of fields, or an earlier record was accepted. */
  #addMisshapen({ rejection }: Entry): Misshapen | undefined {
    if (rejection?.fields === undefined || this.#counts.read > this.#counts.rejected) return undefined;
    this.#misshapen = addMisshapen(this.#misshapen, rejection.fields);
    return this.#misshapen;
  }
}

/** Returns an error if there are more rejects than `--max-errors` allows. */
export function checkErrorLimit(
  maxErrors: MaxErrors,
  counts: Pick<Counts, 'read' | 'rejected'>,
): LoaderError | undefined {
  const { read, rejected } = counts;
  const isAllowed =
    maxErrors.kind === 'count'
      ? rejected <= maxErrors.count
      : read < minRecordsForShare || rejected * 100 <= maxErrors.percent * read;
  if (isAllowed) return undefined;
  const limit = maxErrors.kind === 'count' ? String(maxErrors.count) : `${maxErrors.percent}%`;
  return new LoaderError(
    'TOO_MANY_ERRORS',
    `too many rejected records: ${rejected} of ${pluralize(read, 'record')}, but --max-errors is ${limit}`,
    { hint: 'Fix the source and use --restart, or resume with --resume and a higher --max-errors.' },
  );
}
