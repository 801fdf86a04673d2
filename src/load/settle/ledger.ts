import { LoaderError } from '../../errors.ts';
import type { MaxErrors } from '../settings.ts';
import type { Entry } from '../order/entry.ts';
import type { Frontier } from '../order/frontier.ts';
import { beginning } from '../read/start-position.ts';
import type { Position } from '../read/record.ts';
import { plural } from '../../text/format.ts';
import { zeroCounts, type Counts } from '../summary.ts';
import type { Rejects } from './rejects.ts';

/** A share of rejects is judged from so many records on. */
const shareFromRecords = 1_000;

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** A stretch of the job's records that come from one source. */
interface Stretch {
  readonly source: number;
  /** What its reject file begins with: byte-order mark and header as they stand in the source. */
  readonly header: Buffer;
  /** Where its first record starts that this run reads. */
  readonly start: Position;
  /** Sequence of the first record after the last one; undefined while the source is being read. */
  end: number | undefined;
  /** Bytes of the source; known with `end`. */
  bytes: number;
}

/** The frontier that a ledger starts from. */
export interface LedgerStart {
  readonly source: number;
  readonly position: Position;
  readonly bytesBefore: number;
  readonly counts: Counts;
}

export const emptyLedger: LedgerStart = {
  source: 0,
  position: beginning,
  bytesBefore: 0,
  counts: zeroCounts,
};

export interface LedgerOptions {
  readonly frontier: Frontier<Entry>;
  readonly rejects: Rejects;
  readonly maxErrors: MaxErrors;
  readonly start: LedgerStart;
  /** Records of each source that are passed over (`--skip-records`). */
  readonly skipRecords: number;
  /** Releases an entry that was kept because it is rejected. */
  readonly forget: (entry: Entry) => void;
}

/**
 * Follows the frontier in file order: counts what it passes, hands rejects to their files, knows the place a
 * checkpoint may name, and judges `--max-errors`.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #stretches: Stretch[] = [];
  readonly #counts: Mutable<Counts>;
  readonly #position: Mutable<Position>;
  #source: number;
  #bytesBefore: number;
  #tooMany: LoaderError | undefined;

  constructor(options: LedgerOptions) {
    const { start } = options;
    this.#options = options;
    this.#counts = { ...start.counts };
    this.#position = { ...start.position };
    this.#source = start.source;
    this.#bytesBefore = start.bytesBefore;
  }

  get counts(): Counts {
    return this.#counts;
  }

  /** The source in which the frontier lies. */
  get source(): number {
    return this.#source;
  }

  get position(): Position {
    return { ...this.#position };
  }

  /** Bytes of the sources before the one in which the frontier lies. */
  get bytesBefore(): number {
    return this.#bytesBefore;
  }

  /** Bytes settled, of all sources. */
  get bytes(): number {
    return this.#bytesBefore + this.#position.offset;
  }

  /** Header of the source in which the frontier lies, once it is read. */
  get header(): Buffer | undefined {
    return this.#stretches[0]?.header;
  }

  /** Why the frontier goes no further, where `--max-errors` stopped it. */
  get tooManyErrors(): LoaderError | undefined {
    return this.#tooMany;
  }

  /** The header of the next source is read. */
  beginSource(source: number, header: Buffer, start: Position): void {
    this.#stretches.push({ source, header, start, end: undefined, bytes: 0 });
    if (this.#stretches.length === 1) this.#enter(source, start);
  }

  /** All records of the source begun last are in the frontier. */
  endSource(bytes: number): void {
    const last = this.#stretches.at(-1);
    if (last === undefined) throw new Error('no source has begun');
    last.end = this.#options.frontier.end;
    last.bytes = bytes;
    this.advance();
  }

  /** Passes all that is settled. */
  advance(): void {
    const { frontier, skipRecords } = this.#options;
    const position = this.#position;
    while (this.#tooMany === undefined) {
      this.#leaveSource(frontier.sequence);
      const passed = frontier.pass();
      if (passed === undefined) return;
      this.#counts.read++;
      this.#counts[passed.outcome]++;
      position.offset = passed.endOffset;
      position.line = passed.endLine;
      // Records that --skip-records passes over never come here.
      position.record = Math.max(position.record, skipRecords + 1) + 1;
      if (passed.outcome === 'rejected') this.#passReject(passed.record);
    }
  }

  #enter(source: number, position: Position): void {
    this.#source = source;
    Object.assign(this.#position, position);
  }

  #leaveSource(sequence: number): void {
    for (let first = this.#stretches[0]; first?.end === sequence; first = this.#stretches[0]) {
      this.#bytesBefore += first.bytes;
      this.#stretches.shift();
      this.#enter(first.source + 1, this.#stretches[0]?.start ?? beginning);
    }
  }

  #passReject(entry: Entry | undefined): void {
    const header = this.header;
    if (entry === undefined || header === undefined) throw new Error('a rejected record was not kept');
    const { rejects, maxErrors, forget } = this.#options;
    rejects.add(entry, header);
    forget(entry);
    this.#tooMany = judge(maxErrors, this.#counts);
  }
}

/** Whether there are more rejects than `--max-errors` allows. */
export function judge(maxErrors: MaxErrors, counts: Pick<Counts, 'read' | 'rejected'>): LoaderError | undefined {
  const { read, rejected } = counts;
  const allowed =
    maxErrors.kind === 'count'
      ? rejected <= maxErrors.count
      : read < shareFromRecords || rejected * 100 <= maxErrors.percent * read;
  if (allowed) return undefined;
  const limit = maxErrors.kind === 'count' ? String(maxErrors.count) : `${maxErrors.percent}%`;
  return new LoaderError(
    'TOO_MANY_ERRORS',
    `${rejected} of ${plural(read, 'record')} rejected; --max-errors is ${limit}`,
    {
      hint: 'read the reasons, then mend the source and start anew, or go on with --resume and a larger --max-errors',
    },
  );
}
