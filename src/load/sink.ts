import { keyOfItem } from '../dynamodb/keys.ts';
import { maxBatchItems } from '../dynamodb/limits.ts';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import type { Cancellation } from './cancellation.ts';
import type { Mapped } from './map/mapped.ts';
import { Admission } from './order/copy-record.ts';
import type { Entry } from './order/entry.ts';
import { Frontier } from './order/frontier.ts';
import { defaultBounds, mixingBounds, Window } from './order/window.ts';
import type { CsvRecord } from './read/record.ts';
import type { Settings } from './settings.ts';
import { emptyLedger, Ledger } from './settle/ledger.ts';
import type { Rejects } from './settle/rejects.ts';
import type { Job, Standing } from './settle/resumable-job.ts';
import { capacityOf, followCapacity } from './watch-capacity.ts';
import type { WireClient } from './wire/client.ts';
import { Writer } from './write/writer.ts';

/** How long a partly filled batch waits for further bytes of a source that stalls. */
const lingerMs = 20;

/**
 * Reading stops at this many items that may be sent, and continues below half of it: items that wait longer leave the
 * processor's cache before they are sent (`npm run bench`). Once a table with a sort key throttles, the processor is not
 * the limit any more: then the window is filled, so that as many partitions as possible take turns.
 */
const enoughReady = 1_024;

/** What a sink is made of. */
export interface SinkOptions {
  readonly settings: Settings;
  readonly job: Job;
  readonly table: TableDescription;
  readonly client: WireClient;
  readonly cancellation: Cancellation;
  /** Describes the table again; undefined: its capacity is not watched. */
  readonly describe: (() => Promise<TableDescription>) | undefined;
}

/** The write pipeline: what happens to a mapped record. order → batch → write → settle */
export class Sink {
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly writer: Writer;
  readonly #window: Window;
  readonly #admission: Admission;
  /** Several keys can share a partition. */
  readonly #isMixed: boolean;
  readonly #frontier = new Frontier<Entry>();
  readonly #cancellation: Cancellation;
  readonly #job: Job;
  readonly #checkpointTimer: NodeJS.Timeout;
  readonly #endWatch: () => void;
  #lingerTimer: NodeJS.Timeout | undefined;
  #savedBytes = -1;

  constructor({ settings, job, table, client, cancellation, describe }: SinkOptions) {
    const { write, source } = settings;
    this.#cancellation = cancellation;
    this.#job = job;
    this.#isMixed = table.sortKey !== undefined;
    this.#window = new Window(this.#frontier, this.#isMixed, this.#isMixed ? mixingBounds : defaultBounds);
    this.#admission = new Admission(this.#window, this.#frontier);
    this.rejects = job.openRejects();
    this.ledger = new Ledger({
      frontier: this.#frontier,
      rejects: this.rejects,
      maxErrors: write.maxErrors,
      start: job.from ?? emptyLedger,
      skipRecords: source.skipRecords,
      forget: (entry) => {
        this.#window.forget(entry);
      },
    });
    this.writer = new Writer({
      window: this.#window,
      client,
      table: table.name,
      keyOf: (item) => keyOfItem(item, table),
      concurrency: write.concurrency,
      maxWriteUnits: write.maxWriteUnits,
      capacity: capacityOf(table),
      retryForMs: write.retryForMs,
      onSettled: () => {
        this.#advance();
      },
      onFatal: (error) => {
        cancellation.cancel(error);
      },
    });
    cancellation.signal.addEventListener('abort', () => {
      this.writer.stop();
    });
    const isWatched = describe !== undefined && table.provisionedWriteUnits !== undefined;
    this.#endWatch = isWatched
      ? followCapacity(describe, (capacity) => {
          this.writer.capacityIs(capacity);
        })
      : () => undefined;
    this.#checkpointTimer = setInterval(() => void this.#saveIfMoved(), job.saveEveryMs);
  }

  get standing(): Standing {
    const { ledger, writer } = this;
    return { ledger, traffic: writer.traffic, acknowledged: writer.acknowledged };
  }

  /** Acknowledged writes beyond the frontier. */
  get ahead(): number {
    return this.#frontier.writtenAhead;
  }

  /** Records that are written to the sink and not settled. */
  get open(): number {
    return this.#frontier.distance;
  }

  /** Whether to wait (`untilRoom`) before the next record. */
  get isFull(): boolean {
    return this.#isBlocked || this.#hasEnough(enoughReady);
  }

  #hasEnough(items: number): boolean {
    return this.#window.sendable >= items && !(this.#isMixed && this.writer.wasTurnedAway);
  }

  get #isBlocked(): boolean {
    return this.#window.full || this.rejects.isFull;
  }

  /**
   * Takes a record, and what the mapper made of it; both are copied.
   * @param lineAfter the line on which the next record starts
   */
  write(source: number, record: CsvRecord, lineAfter: number, mapped: Mapped): void {
    this.#admission.take(source, record, lineAfter, mapped);
    if (mapped.kind === 'reject') this.#advance();
    else if (this.#window.sendable % maxBatchItems === 0) this.writer.pump();
  }

  /** Further records are coming: batches wait until they are full. */
  flow(): void {
    clearTimeout(this.#lingerTimer);
    this.writer.partly = false;
  }

  /** Further bytes are awaited: if they do not come soon, partly filled batches are sent. */
  linger(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => {
      this.#flush();
    }, lingerMs);
  }

  /** Waits until the writer needs more items and the window has room, or the run is cancelled. */
  async untilRoom(): Promise<void> {
    this.writer.pump();
    while (this.#cancellation.reason === undefined) {
      if (this.#isBlocked) this.#flush();
      else if (!this.#hasEnough(enoughReady / 2)) break;
      await (this.rejects.isFull ? this.#job.save(this.standing) : this.#progress());
    }
    this.flow();
  }

  /** Waits until every record is settled, or the run is cancelled. */
  async drain(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    this.#flush();
    while (this.open > 0 && this.#cancellation.reason === undefined) await this.#progress();
  }

  /** Sends nothing more, and waits for the requests in flight. */
  async stop(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    clearInterval(this.#checkpointTimer);
    this.#endWatch();
    this.writer.stop();
    while (this.writer.inFlight > 0) await this.writer.requestEnded();
  }

  /**
   * Waits for a request to end.
   * @throws LoaderError INTERNAL if none is in flight and none can be sent: the wait would never end
   */
  async #progress(): Promise<void> {
    if (this.writer.inFlight === 0 && this.#window.ready === 0) {
      throw new LoaderError('INTERNAL', `${this.open} records are open, and nothing of them can be sent`);
    }
    await this.writer.requestEnded();
  }

  #flush(): void {
    this.writer.partly = true;
    this.writer.pump();
  }

  #advance(): void {
    this.ledger.advance();
    if (this.ledger.tooManyErrors !== undefined) this.#cancellation.cancel(this.ledger.tooManyErrors);
  }

  async #saveIfMoved(): Promise<void> {
    const { bytes } = this.ledger;
    if (this.#cancellation.reason !== undefined || (bytes === this.#savedBytes && !this.#job.savesUnmoved)) return;
    this.#savedBytes = bytes;
    try {
      await this.#job.save(this.standing);
    } catch (error) {
      this.#cancellation.cancel(error);
    }
  }

  /**
   * Checks P1 at the end of the input: every record is settled, and counted once.
   * @param recordsRead in this run
   * @throws LoaderError INTERNAL
   */
  assertAccounted(recordsRead: number): void {
    const { read, written, superseded, skipped, filtered, rejected } = this.ledger.counts;
    const settled = written + superseded + skipped + filtered + rejected;
    const passed = read - (this.#job.from?.counts.read ?? 0);
    if (this.open === 0 && this.#window.records === 0 && read === settled && passed === recordsRead) return;
    throw new LoaderError(
      'INTERNAL',
      `the accounts do not add up: ${recordsRead} records taken in, ${passed} passed, ${settled} settled of ${read}, ${this.open} open`,
    );
  }
}
