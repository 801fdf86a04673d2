import { keyOfItem } from '../dynamodb/keys.ts';
import { maxBatchItems } from '../dynamodb/limits.ts';
import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { capacityOf, followCapacity } from './watch-capacity.ts';
import type { Halt } from './cancellation.ts';
import type { Job, Standing } from './settle/resumable-job.ts';
import type { Mapped } from './map/mapped.ts';
import type { Settings } from './settings.ts';
import { Admission } from './order/copy-record.ts';
import type { Entry } from './order/entry.ts';
import { Frontier } from './order/frontier.ts';
import { defaultBounds, mixingBounds, Window } from './order/window.ts';
import type { CsvRecord } from './read/record.ts';
import { emptyLedger, Ledger } from './settle/ledger.ts';
import type { Rejects } from './settle/rejects.ts';
import type { WireClient } from './wire/client.ts';
import { Writer } from './write/writer.ts';

/** How long a batch that is not full waits for further bytes of a source that stalls. */
const lingerMs = 20;

/**
 * Items that may be sent are enough from here on, and reading goes on below half of it: what is read long before it is
 * sent leaves the processor's cache on the way (`npm run bench`). Once a table with a sort key has turned something away,
 * it is not the processor that limits: then the window is filled, so that as many partitions as can be take turns.
 */
const enoughReady = 1_024;

/** What a line is made of. */
export interface LineParts {
  readonly settings: Settings;
  readonly job: Job;
  readonly table: TableDescription;
  readonly client: WireClient;
  readonly halt: Halt;
  /** Looks at the table again. */
  readonly describe: (() => Promise<TableDescription>) | undefined;
}

/** What happens to a record once it is mapped: order → batch → write → settle, joined to one line. */
export class Line {
  readonly ledger: Ledger;
  readonly rejects: Rejects;
  readonly writer: Writer;
  readonly #window: Window;
  readonly #admission: Admission;
  /** Several keys can share a partition. */
  readonly #isMixed: boolean;
  readonly #frontier = new Frontier<Entry>();
  readonly #halt: Halt;
  readonly #job: Job;
  readonly #checkpointTimer: NodeJS.Timeout;
  readonly #leaveCapacity: () => void;
  #lingerTimer: NodeJS.Timeout | undefined;
  #savedAt = -1;

  constructor({ settings, job, table, client, halt, describe }: LineParts) {
    const { write } = settings;
    this.#halt = halt;
    this.#job = job;
    this.#isMixed = table.sortKey !== undefined;
    this.#window = new Window(this.#frontier, this.#isMixed, this.#isMixed ? mixingBounds : defaultBounds);
    this.#admission = new Admission(this.#window, this.#frontier);
    this.rejects = job.openRejects();
    const forget = (entry: Entry): void => {
      this.#window.forget(entry);
    };
    const { skipRecords } = settings.source;
    const start = job.from ?? emptyLedger;
    this.ledger = new Ledger(this.#frontier, this.rejects, write.maxErrors, start, forget, skipRecords);
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
        halt.because(error);
      },
    });
    halt.signal.addEventListener('abort', () => {
      this.writer.stop();
    });
    const tell = this.writer.capacityIs.bind(this.writer);
    const isFollowed = describe !== undefined && table.provisionedWriteUnits !== undefined;
    this.#leaveCapacity = isFollowed ? followCapacity(describe, tell) : () => undefined;
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

  /** Records that were taken in and are not settled. */
  get open(): number {
    return this.#frontier.distance;
  }

  get full(): boolean {
    return this.#isBlocked || this.#hasEnough(enoughReady);
  }

  #hasEnough(items: number): boolean {
    return this.#window.sendable >= items && !(this.#isMixed && this.writer.wasTurnedAway);
  }

  get #isBlocked(): boolean {
    return this.#window.full || this.rejects.isFull;
  }

  /** Takes in the record that the reader found and what the mapper made of it. @param lineAfter the line on which the next one starts */
  take(source: number, record: CsvRecord, lineAfter: number, mapped: Mapped): void {
    this.#admission.take(source, record, lineAfter, mapped);
    if (mapped.kind === 'reject') this.#advance();
    else if (this.#window.sendable % maxBatchItems === 0) this.writer.pump();
  }

  /** More records come: batches wait until they are full. */
  flow(): void {
    clearTimeout(this.#lingerTimer);
    this.writer.partly = false;
  }

  /** More bytes are awaited: if they do not come soon, what is there goes out. */
  linger(): void {
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => {
      this.#flush();
    }, lingerMs);
  }

  /** Waits until there is not enough to send and the window takes records again, or the run is halted. */
  async room(): Promise<void> {
    this.writer.pump();
    while (this.#halt.reason === undefined) {
      if (this.#isBlocked) this.#flush();
      else if (!this.#hasEnough(enoughReady / 2)) break;
      await (this.rejects.isFull ? this.#job.save(this.standing) : this.#progress());
    }
    this.flow();
  }

  /** Waits until all that was taken in is settled, or the run is halted. */
  async drain(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    this.#flush();
    while (this.open > 0 && this.#halt.reason === undefined) await this.#progress();
  }

  /** Sends nothing more, and waits for what is in flight. */
  async stop(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    clearInterval(this.#checkpointTimer);
    this.#leaveCapacity();
    this.writer.stop();
    while (this.writer.inFlight > 0) await this.writer.requestEnded();
  }

  /** Waits for a request to end. Where none is on its way nor could be, that would be for ever. */
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
    if (this.ledger.tooManyErrors !== undefined) this.#halt.because(this.ledger.tooManyErrors);
  }

  async #saveIfMoved(): Promise<void> {
    const { bytes } = this.ledger;
    if (this.#halt.reason !== undefined || (bytes === this.#savedAt && !this.#job.savesUnmoved)) return;
    this.#savedAt = bytes;
    try {
      await this.#job.save(this.standing);
    } catch (error) {
      this.#halt.because(error);
    }
  }

  /** P1, where the run went to the end: everything that was taken in is settled, and counted once. */
  assertAccounted(taken: number): void {
    const { read, written, superseded, skipped, filtered, rejected } = this.ledger.counts;
    const settled = written + superseded + skipped + filtered + rejected;
    const passed = read - (this.#job.from?.counts.read ?? 0);
    if (this.open === 0 && this.#window.records === 0 && read === settled && passed === taken) return;
    throw new LoaderError(
      'INTERNAL',
      `the accounts do not add up: ${taken} records taken in, ${passed} passed, ${settled} settled of ${read}, ${this.open} open`,
    );
  }
}
