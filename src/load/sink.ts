import { getItemKey } from '../dynamodb/keys.ts';
import { maxBatchItems } from '../dynamodb/limits.ts';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import type { Cancellation } from './cancellation.ts';
import type { MapResult } from './map/map-result.ts';
import { RecordCopier } from './order/copy-record.ts';
import type { Entry } from './order/entry.ts';
import { Frontier } from './order/frontier.ts';
import { defaultBounds, sortKeyBounds, Window } from './order/window.ts';
import type { CsvRecord } from './read/record.ts';
import type { Settings } from './settings.ts';
import { emptyLedger, Ledger } from './settle/ledger.ts';
import type { Rejects } from './settle/rejects.ts';
import type { ResumableJob, LoadState } from './settle/resumable-job.ts';
import { readCapacity, watchCapacity } from './watch-capacity.ts';
import type { WireClient } from './wire/client.ts';
import { Writer } from './write/writer.ts';

/** Milliseconds that a partial batch waits for more bytes of a stalled source. */
const lingerMs = 20;

/**
 * Reading stops at this many sendable items, and continues below half of it. Items that wait longer leave the processor
 * cache before they are sent (`npm run bench`). Once a table with a sort key throttles, the processor is no longer the
 * bottleneck: then reading fills the window, so that as many partitions as possible take turns.
 */
const maxSendableItems = 1_024;

/** Dependencies of a sink. */
export interface SinkOptions {
  readonly settings: Settings;
  readonly job: ResumableJob;
  readonly table: TableDescription;
  readonly client: WireClient;
  readonly cancellation: Cancellation;
  /** Describes the table again; undefined: do not watch its capacity. */
  readonly describe: (() => Promise<TableDescription>) | undefined;
}

/** The write pipeline, from a mapped record on: order → batch → write → settle. */
export class Sink {
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly writer: Writer;
  readonly #window: Window;
  readonly #admission: RecordCopier;
  /** With a sort key, several keys can share a partition. */
  readonly #hasSortKey: boolean;
  readonly #frontier = new Frontier<Entry>();
  readonly #cancellation: Cancellation;
  readonly #job: ResumableJob;
  readonly #checkpointTimer: NodeJS.Timeout;
  readonly #stopWatching: () => void;
  #lingerTimer: NodeJS.Timeout | undefined;
  #savedBytes = -1;

  constructor({ settings, job, table, client, cancellation, describe }: SinkOptions) {
    const { write, source } = settings;
    this.#cancellation = cancellation;
    this.#job = job;
    this.#hasSortKey = table.sortKey !== undefined;
    this.#window = new Window(this.#frontier, this.#hasSortKey, this.#hasSortKey ? sortKeyBounds : defaultBounds);
    this.#admission = new RecordCopier(this.#window, this.#frontier);
    this.rejects = job.openRejects();
    this.ledger = new Ledger({
      frontier: this.#frontier,
      rejects: this.rejects,
      maxErrors: write.maxErrors,
      checksShape: write.checksShape,
      start: job.from ?? emptyLedger,
      skipRecords: source.skipRecords,
      forget: (entry) => {
        this.#window.release(entry);
      },
    });
    this.writer = new Writer({
      window: this.#window,
      client,
      table: table.name,
      keyOf: (item) => getItemKey(item, table),
      concurrency: write.concurrency,
      maxWriteUnits: write.maxWriteUnits,
      capacity: readCapacity(table),
      retryForMs: write.retryForMs,
      markInFlight: () => {
        job.markInFlight();
      },
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
    this.#stopWatching = isWatched
      ? watchCapacity(describe, (capacity) => {
          this.writer.setCapacity(capacity);
        })
      : () => undefined;
    this.#checkpointTimer = setInterval(() => void this.#saveIfMoved(), job.saveEveryMs);
  }

  get state(): LoadState {
    const { ledger, writer } = this;
    return { ledger, traffic: writer.traffic, acknowledged: writer.acknowledged };
  }

  /** Acknowledged writes ahead of the frontier. */
  get ahead(): number {
    return this.#frontier.writtenAhead;
  }

  /** Records that were written to the sink and are not settled. */
  get openRecords(): number {
    return this.#frontier.distance;
  }

  /** Whether to call `waitForRoom` before the next record. */
  get isFull(): boolean {
    return this.#isBlocked || this.#hasSendable(maxSendableItems);
  }

  #hasSendable(items: number): boolean {
    return this.#window.sendable >= items && !(this.#hasSortKey && this.writer.wasThrottled);
  }

  get #isBlocked(): boolean {
    return this.#window.isFull || this.rejects.isFull;
  }

  /**
   * Accepts a record and its mapping, and copies both.
   * @param lineAfter line on which the next record starts, from 1
   */
  write(source: number, record: CsvRecord, lineAfter: number, mapped: MapResult): void {
    this.#admission.copy(source, record, lineAfter, mapped);
    if (mapped.kind === 'reject') this.#advance();
    else if (this.#window.sendable % maxBatchItems === 0) this.writer.pump();
  }

  /** Makes batches wait until they are full, because more records follow. */
  expectRecords(): void {
    clearTimeout(this.#lingerTimer);
    this.writer.allowsPartialBatches = false;
  }

  /** Sends partial batches soon unless more bytes arrive first (`expectRecords`). */
  flushSoon(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => {
      this.#flush();
    }, lingerMs);
  }

  /** Waits until the writer needs more items and the window has room, or until the run is canceled. */
  async waitForRoom(): Promise<void> {
    this.writer.pump();
    while (this.#cancellation.reason === undefined) {
      if (this.#isBlocked) this.#flush();
      else if (!this.#hasSendable(maxSendableItems / 2)) break;
      await (this.rejects.isFull ? this.#job.save(this.state) : this.#waitForRequest());
    }
    this.expectRecords();
  }

  /** Waits until every record is settled or the run is canceled. */
  async drain(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    this.#flush();
    while (this.openRecords > 0 && this.#cancellation.reason === undefined) await this.#waitForRequest();
  }

  /** Stops sending, and waits for the requests in flight. */
  async stop(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    clearInterval(this.#checkpointTimer);
    this.#stopWatching();
    this.writer.stop();
    while (this.writer.inFlight > 0) await this.writer.waitForRequest();
  }

  /**
   * Waits for a request to end.
   * @throws LoaderError INTERNAL if no request is in flight and none can be sent: the wait would never end
   */
  async #waitForRequest(): Promise<void> {
    if (this.writer.inFlight === 0 && this.#window.queued === 0) {
      throw new LoaderError('INTERNAL', `cannot settle ${this.openRecords} records: none can be sent`);
    }
    await this.writer.waitForRequest();
  }

  #flush(): void {
    this.writer.allowsPartialBatches = true;
    this.writer.pump();
  }

  #advance(): void {
    this.ledger.advance();
    if (this.ledger.tooManyErrors !== undefined) this.#cancellation.cancel(this.ledger.tooManyErrors);
  }

  async #saveIfMoved(): Promise<void> {
    const { bytes } = this.ledger;
    if (this.#cancellation.reason !== undefined || (bytes === this.#savedBytes && !this.#job.savesWhenIdle)) return;
    this.#savedBytes = bytes;
    try {
      await this.#job.save(this.state);
    } catch (error) {
      this.#cancellation.cancel(error);
    }
  }

  /**
   * Checks at the end of the input that every record was settled and counted exactly once (P1).
   * @param recordsRead in this run
   * @throws LoaderError INTERNAL
   */
  assertAccounted(recordsRead: number): void {
    const { read, written, superseded, skipped, filtered, rejected } = this.ledger.counts;
    const settled = written + superseded + skipped + filtered + rejected;
    const passed = read - (this.#job.from?.counts.read ?? 0);
    if (this.openRecords === 0 && this.#window.records === 0 && read === settled && passed === recordsRead) return;
    throw new LoaderError(
      'INTERNAL',
      `record counts do not add up: ${recordsRead} read, ${passed} passed, ${settled} of ${read} settled, ${this.openRecords} open`,
    );
  }
}
