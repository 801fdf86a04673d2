import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { maxBatchBytes, maxBatchItems } from '../dynamodb/limits.ts';
import { LoaderError } from '../errors.ts';
import type { Entry } from '../order/entry.ts';
import type { Window } from '../order/window.ts';
import type { Traffic } from '../report/summary.ts';
import type { WireAnswer, WireClient } from '../wire/client.ts';
import { backoffMs } from './backoff.ts';
import { bodyEncoder, expectedUnits, type BodyEncoder } from './batch.ts';
import { Bodies } from './bodies.ts';
import { newBucket, refill, spend, waitMs, type Bucket } from './bucket.ts';

/** Encoded bytes in flight at most, whatever the concurrency: a request of large items is 16 MB (P4). */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What surrounds the items in a body is far below this. */
const bodyFrameBytes = 1024;

const batchLimits = { items: maxBatchItems, bytes: maxBatchBytes - bodyFrameBytes };

export interface WriterOptions {
  readonly window: Window;
  readonly client: WireClient;
  readonly table: string;
  /** The `key` of an item as an answer gives it back; undefined where it has none. */
  readonly keyOf: (item: Record<string, unknown>) => string | undefined;
  readonly concurrency: number;
  readonly maxWriteUnits: number | undefined;
  readonly retryForMs: number;
  /** Called after every request whose answer settled something. */
  readonly onSettled: () => void;
  /** Going on makes no sense. Called once or more often. */
  readonly onFatal: (error: LoaderError) => void;
  /** Monotonic, ms. */
  readonly nowMs?: () => number;
  readonly chance?: () => number;
}

/** What requests wait for before they are sent again. */
export interface Waiting {
  /** Of the answer. */
  readonly code: string;
  /** The table took no more; else an answer was lost, or an error may pass. */
  readonly isThrottle: boolean;
}

/**
 * Draws batches from the window while fewer than `concurrency` are in flight, sends them, and tells the window what
 * became of each item. A batch that is waiting before it is sent again stays in flight: so waiting lowers the rate.
 */
export class Writer {
  /** Whether batches go out partly filled: true while no further record is about to come. */
  partly = false;
  readonly #options: WriterOptions;
  readonly #encode: BodyEncoder;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #nowMs: () => number;
  readonly #chance: () => number;
  readonly #bodies = new Bodies();
  readonly #stopping = new AbortController();
  #inFlightBytes = 0;
  #bucket: Bucket | undefined;
  #bucketTimer: NodeJS.Timeout | undefined;
  /** When the table began to turn away what it is sent; undefined once it has taken something. */
  #throttledSinceMs: number | undefined;
  #waiters: (() => void)[] = [];
  #waitingOut = 0;
  #waiting: Waiting | undefined;
  #acknowledged = 0;
  #traffic = {
    requests: 0,
    throttledRequests: 0,
    unprocessedItems: 0,
    retries: 0,
    writeUnits: undefined as number | undefined,
  };

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#encode = bodyEncoder(options.table);
    this.#limit = pLimit(options.concurrency);
    // As many as may be in flight wait for it: that is no leak.
    setMaxListeners(0, this.#stopping.signal);
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#chance = options.chance ?? Math.random;
    if (options.maxWriteUnits !== undefined) this.#bucket = newBucket(options.maxWriteUnits, this.#nowMs());
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /** Items acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get inFlight(): number {
    return this.#limit.activeCount + this.#limit.pendingCount;
  }

  /** Why every request in flight waits before it is sent again: the last answer; undefined where they do not. */
  get waitsFor(): Waiting | undefined {
    return this.#waitingOut > 0 && this.#waitingOut === this.inFlight ? this.#waiting : undefined;
  }

  /** Sends what may be sent now. */
  pump(): void {
    while (!this.#stopping.signal.aborted && this.#mayStart()) {
      const batch = this.#options.window.draw(batchLimits, this.partly);
      if (batch === undefined) return;
      this.#spend(expectedUnits(batch));
      void this.#limit(() => this.#carry(batch));
    }
  }

  /** Draws nothing more, and cuts short what waits before it is sent again. */
  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#bucketTimer);
    this.#bucketTimer = undefined;
    this.#wake();
  }

  /** Settles when a request has ended, or soon where none is in flight and none waits for its units. */
  async requestEnded(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.inFlight > 0 || this.#bucketTimer !== undefined) this.#waiters.push(resolve);
      else setImmediate(resolve);
    });
  }

  #mayStart(): boolean {
    if (this.inFlight >= this.#options.concurrency || this.#inFlightBytes >= maxInFlightBytes) return false;
    if (this.#bucket === undefined) return true;
    this.#bucket = refill(this.#bucket, this.#nowMs());
    const wait = waitMs(this.#bucket);
    if (wait > 0) {
      this.#bucketTimer ??= setTimeout(() => {
        this.#bucketTimer = undefined;
        this.pump();
        this.#wake();
      }, wait);
    }
    return wait === 0;
  }

  async #carry(batch: Entry[]): Promise<void> {
    try {
      await this.#deliver(batch);
    } catch (error) {
      this.#options.onFatal(
        error instanceof LoaderError ? error : new LoaderError('INTERNAL', String(error), { cause: error }),
      );
    }
    // After this turn the limit counts the request as ended.
    setImmediate(() => {
      this.pump();
      this.#wake();
    });
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  async #deliver(batch: readonly Entry[]): Promise<void> {
    let memory: Buffer | undefined;
    const body = this.#encode(batch, (bytes) => (memory = this.#bodies.take(bytes)));
    this.#inFlightBytes += body.length;
    const answer = await this.#send(batch, body).finally(() => (this.#inFlightBytes -= body.length));
    if (answer.kind === 'answered' && memory !== undefined) this.#bodies.giveBack(memory);
    switch (answer.kind) {
      case 'answered':
        return this.#settle(batch, answer);
      case 'throttled':
        this.#traffic.throttledRequests++;
        return this.#again(batch, false, answer);
      case 'unknown':
        return this.#again(batch, true, answer);
      case 'refused':
        return this.#split(batch, answer);
      case 'fatal':
        for (const entry of batch) this.#options.window.giveBack(entry, false);
        this.#options.onFatal(answer.error);
    }
  }

  async #send(batch: readonly Entry[], body: Buffer): Promise<WireAnswer> {
    for (const entry of batch) if (entry.attempts++ > 0) this.#traffic.retries++;
    this.#traffic.requests++;
    const answer = await this.#options.client.batchWrite(body);
    if (answer.kind === 'answered' && answer.writeUnits !== undefined) {
      this.#traffic.writeUnits = (this.#traffic.writeUnits ?? 0) + answer.writeUnits;
      this.#spend(answer.writeUnits - expectedUnits(batch));
    } else if (answer.kind === 'throttled' || answer.kind === 'refused') {
      this.#spend(-expectedUnits(batch));
    }
    return answer;
  }

  #spend(units: number): void {
    if (this.#bucket !== undefined) this.#bucket = spend(this.#bucket, units);
  }

  async #settle(batch: readonly Entry[], answer: WireAnswer & { kind: 'answered' }): Promise<void> {
    const left = this.#unprocessed(batch, answer.unprocessed);
    if (left === undefined) {
      const message = 'the answer gives back an item that was not sent';
      return this.#again(batch, true, { code: 'InvalidAnswer', message });
    }
    const { window } = this.#options;
    if (left.size < batch.length) {
      this.#throttledSinceMs = undefined;
      for (const entry of batch) if (!left.has(entry)) window.written(entry);
      this.#acknowledged += batch.length - left.size;
      this.#options.onSettled();
    }
    if (left.size === 0) return;
    this.#traffic.unprocessedItems += left.size;
    await this.#again([...left], false, { code: 'UnprocessedItems', message: 'the table takes no more at the moment' });
  }

  #unprocessed(batch: readonly Entry[], items: readonly Record<string, unknown>[]): Set<Entry> | undefined {
    const left = new Set<Entry>();
    if (items.length === 0) return left;
    const byKey = new Map(batch.map((entry) => [entry.key, entry]));
    for (const item of items) {
      const entry = byKey.get(this.#options.keyOf(item) ?? '');
      if (entry === undefined) return undefined;
      left.add(entry);
    }
    return left;
  }

  /** Waits, then gives the items back to the window, where they join new ones in full batches. */
  async #again(batch: readonly Entry[], unknown: boolean, why: { code: string; message: string }): Promise<void> {
    this.#checkPatience(batch, unknown, why);
    let attempt = 1;
    for (const entry of batch) {
      if (entry.attempts > attempt) attempt = entry.attempts;
      // Known before the wait: whoever looks at the entry meanwhile must not take it for one that never arrived.
      if (unknown) entry.unknown = true;
    }
    this.#waiting = { code: why.code, isThrottle: !unknown };
    this.#waitingOut++;
    await this.#wait(backoffMs(attempt, this.#chance()));
    this.#waitingOut--;
    for (const entry of batch) this.#options.window.giveBack(entry, unknown);
  }

  /** `--retry-for`: without any acknowledged write where the table throttles, else for one item. */
  #checkPatience(batch: readonly Entry[], unknown: boolean, why: { code: string; message: string }): void {
    const now = this.#nowMs();
    let since = now;
    if (unknown) for (const entry of batch) since = Math.min(since, (entry.troubledSinceMs ??= now));
    else since = this.#throttledSinceMs ??= now;
    if (now - since < this.#options.retryForMs) return;
    const seconds = Math.round((now - since) / 1000);
    this.#options.onFatal(
      new LoaderError(
        'RETRIES_USED_UP',
        unknown
          ? `a request has failed again and again for ${seconds} s, last with ${why.code}: ${why.message}`
          : `the table has taken no item for ${seconds} s (${why.code}: ${why.message})`,
        { hint: 'find out why, then go on with --resume; --retry-for sets how long to try' },
      ),
    );
  }

  async #wait(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
      signal.addEventListener('abort', done);
    });
  }

  /** One item that the table does not accept fails its whole batch: halve until it is alone (P5). */
  async #split(batch: readonly Entry[], answer: { code: string; message: string }): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      const reason = `DynamoDB refused the item: ${answer.code}: ${answer.message}`;
      this.#options.window.refused(first, { code: 'REFUSED_BY_TABLE', reason });
      this.#options.onSettled();
      return;
    }
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      this.#spend(expectedUnits(half));
      await this.#deliver(half);
    }
  }
}
