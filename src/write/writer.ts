import { maxBatchBytes, maxBatchItems } from '../dynamodb/limits.ts';
import { LoaderError } from '../errors.ts';
import { backoffMs } from '../flow/backoff.ts';
import type { Capacity } from '../flow/cost.ts';
import { at, cameBack, capacityIs, mostUnits, newFlow, pauseMs, sent, wentAstray, type Flow } from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Window } from '../order/window.ts';
import type { Traffic } from '../report/summary.ts';
import type { WireAnswer, WireClient } from '../wire/client.ts';
import { bodyEncoder, expectedUnits, type BodyEncoder } from './batch.ts';
import { Bodies } from './bodies.ts';
import { processClock, type Clock } from './clock.ts';
import { givenBack } from './given-back.ts';
import { Patience, type Trouble } from './patience.ts';

/** Encoded bytes in flight at most, whatever the concurrency: a request of large items is 16 MB (P4). */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What surrounds the items in a body is far below this. */
const bodyFrameBytes = 1024;

/** Rates grow while nothing is sent: then a pause is reckoned anew. */
const longestPauseMs = 200;

const batchLimits = { items: maxBatchItems, bytes: maxBatchBytes - bodyFrameBytes };

export interface WriterOptions {
  readonly window: Window;
  readonly client: WireClient;
  readonly table: string;
  /** The `key` of an item as an answer gives it back; undefined where it has none. */
  readonly keyOf: (item: Record<string, unknown>) => string | undefined;
  /** Requests in flight at most; `auto`: what brings something. */
  readonly concurrency: number | 'auto';
  readonly maxWriteUnits: number | undefined;
  readonly capacity: Capacity;
  readonly retryForMs: number;
  /** Called after every request whose answer settled something. */
  readonly onSettled: () => void;
  /** Going on makes no sense. Called once or more often. */
  readonly onFatal: (error: LoaderError) => void;
  readonly clock?: Clock;
  readonly chance?: () => number;
}

/** A request under way. */
interface Request {
  readonly batch: readonly Entry[];
  readonly units: number;
  readonly sentMs: number;
}

/**
 * Draws batches from the window when the flow allows it, sends them, and tells both what became of each item.
 * What is to be sent again waits in the window.
 */
export class Writer {
  /** Whether batches go out partly filled: true while no further record is about to come. */
  partly = false;
  readonly #options: WriterOptions;
  readonly #encode: BodyEncoder;
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #bodies = new Bodies();
  readonly #patience: Patience;
  #flow: Flow;
  #inFlight = 0;
  #inFlightBytes = 0;
  #isStopped = false;
  /** When to pump again though no request has ended; and whether nothing may be sent before. */
  #timer: { readonly atMs: number; readonly isPause: boolean; readonly cancel: () => void } | undefined;
  #waiters: (() => void)[] = [];
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
    this.#encode = bodyEncoder(options.table, options.capacity.table === undefined ? 'TOTAL' : 'INDEXES');
    this.#clock = options.clock ?? processClock;
    this.#chance = options.chance ?? Math.random;
    this.#patience = new Patience(options.retryForMs);
    this.#flow = newFlow(options, this.#clock.nowMs());
  }

  get traffic(): Traffic {
    return this.#traffic;
  }

  /** Items acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Whether the table has turned away anything in this run. */
  get wasTurnedAway(): boolean {
    return this.#traffic.throttledRequests > 0 || this.#traffic.unprocessedItems > 0;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Why the load does not get on: the last answer; undefined where it does. */
  get waitsFor(): Trouble | undefined {
    return this.#patience.waitsFor(this.#clock.nowMs());
  }

  /** What is provisioned, as it was found when somebody looked again. */
  capacityIs(capacity: Capacity): void {
    this.#flow = capacityIs(this.#flow, capacity, this.#clock.nowMs());
    this.#cancelTimer();
    this.pump();
    this.#wake();
  }

  /** Sends what may be sent now. */
  pump(): void {
    while (this.#hasRoom()) {
      const nowMs = this.#clock.nowMs();
      this.#flow = at(this.#flow, nowMs);
      const pause = pauseMs(this.#flow, nowMs);
      if (pause > 0) {
        this.#pumpAt(nowMs + Math.min(pause, longestPauseMs), true);
        return;
      }
      const { window } = this.#options;
      const limits = { ...batchLimits, units: mostUnits(this.#flow) };
      const batch = window.draw(limits, this.partly, nowMs);
      if (batch === undefined) {
        const { nextMs } = window;
        if (nextMs !== undefined) this.#pumpAt(nextMs, false);
        return;
      }
      this.#inFlight++;
      void this.#carry(batch);
    }
  }

  /** Draws nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#wake();
  }

  /** Settles when a request has ended, or something may be sent again; soon where neither is to come. */
  async requestEnded(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#inFlight > 0 || this.#timer !== undefined) this.#waiters.push(resolve);
      else setImmediate(resolve);
    });
  }

  #hasRoom(): boolean {
    return (
      !this.#isStopped &&
      this.#timer?.isPause !== true &&
      this.#inFlight < this.#flow.inFlight.ceiling &&
      this.#inFlightBytes < maxInFlightBytes
    );
  }

  #pumpAt(atMs: number, isPause: boolean): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs && !isPause) return;
    this.#cancelTimer();
    const cancel = this.#clock.after(Math.max(0, atMs - this.#clock.nowMs()), () => {
      this.#timer = undefined;
      this.pump();
      this.#wake();
    });
    this.#timer = { atMs, isPause, cancel };
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }

  async #carry(batch: readonly Entry[]): Promise<void> {
    try {
      await this.#deliver(batch);
    } catch (error) {
      this.#options.onFatal(
        error instanceof LoaderError ? error : new LoaderError('INTERNAL', String(error), { cause: error }),
      );
    }
    this.#inFlight--;
    // What came back may have shortened it.
    if (this.#timer?.isPause === true) this.#cancelTimer();
    this.pump();
    this.#wake();
  }

  async #deliver(batch: readonly Entry[]): Promise<void> {
    let memory: Buffer | undefined;
    const body = this.#encode(batch, (bytes) => (memory = this.#bodies.take(bytes)));
    for (const entry of batch) if (entry.attempts++ > 0) this.#traffic.retries++;
    this.#traffic.requests++;
    const request = { batch, units: expectedUnits(batch), sentMs: this.#clock.nowMs() };
    this.#flow = sent(this.#flow, request.units);
    this.#inFlightBytes += body.length;
    let answer: WireAnswer;
    try {
      answer = await this.#options.client.batchWrite(body);
    } finally {
      this.#inFlightBytes -= body.length;
    }
    if (answer.kind === 'answered' && memory !== undefined) this.#bodies.giveBack(memory);
    switch (answer.kind) {
      case 'answered':
        this.#settle(request, answer);
        return;
      case 'throttled': {
        this.#traffic.throttledRequests++;
        const { code, message, by } = answer;
        this.#cameBack(request, 0, request.units);
        this.#turnedAway(request, batch, { code, message, by, isThrottle: true });
        return;
      }
      case 'unknown':
        this.#lost(request, answer);
        return;
      case 'refused':
        this.#cameBack(request, 0, 0);
        return this.#split(batch, answer);
      case 'fatal':
        for (const entry of batch) this.#options.window.giveBack(entry, false);
        this.#options.onFatal(answer.error);
    }
  }

  #settle(request: Request, answer: WireAnswer & { kind: 'answered' }): void {
    const { batch } = request;
    const left = givenBack(batch, answer.unprocessed, this.#options.keyOf);
    if (left === undefined) {
      this.#lost(request, { code: 'InvalidAnswer', message: 'the answer gives back an item that was not sent' });
      return;
    }
    const { writeUnits } = answer;
    if (writeUnits !== undefined) this.#traffic.writeUnits = (this.#traffic.writeUnits ?? 0) + writeUnits;
    const leftUnits = left.size === 0 ? 0 : expectedUnits([...left]);
    this.#cameBack(request, request.units - leftUnits, leftUnits, answer);
    if (left.size < batch.length) this.#patience.acknowledged();
    if (left.size > 0) {
      this.#traffic.unprocessedItems += left.size;
      const message = 'the table takes no more at the moment';
      this.#turnedAway(request, left, { code: 'UnprocessedItems', message, isThrottle: true });
    }
    if (left.size === batch.length) return;
    for (const entry of batch) if (!left.has(entry)) this.#options.window.written(entry);
    this.#acknowledged += batch.length - left.size;
    this.#options.onSettled();
  }

  #cameBack(
    { units, sentMs }: Request,
    takenUnits: number,
    turnedAwayUnits: number,
    answer?: WireAnswer & { kind: 'answered' },
  ): void {
    const consumed =
      answer?.writeUnits === undefined
        ? undefined
        : { total: answer.writeUnits, indexes: answer.indexUnits ?? noIndexes };
    const outcome = { sentMs, inFlight: this.#inFlight, units, takenUnits, turnedAwayUnits, consumed };
    this.#flow = cameBack(this.#flow, outcome, this.#clock.nowMs());
  }

  /** Nothing of these was written: back to the window, where they, or their partitions, cool down. */
  #turnedAway({ sentMs }: Request, entries: Iterable<Entry>, trouble: Trouble): void {
    const nowMs = this.#clock.nowMs();
    this.#check(entries, trouble, nowMs);
    for (const entry of entries) this.#options.window.throttled(entry, { sentMs, nowMs, chance: this.#chance() });
  }

  /** Nobody knows whether these were written: each waits longer with every attempt. */
  #lost({ batch, sentMs }: Request, { code, message }: { code: string; message: string }): void {
    const nowMs = this.#clock.nowMs();
    this.#flow = wentAstray(this.#flow, sentMs, nowMs, this.#chance());
    this.#check(batch, { code, message, isThrottle: false }, nowMs);
    const attempts = Math.max(...batch.map((entry) => entry.attempts));
    const notBeforeMs = nowMs + backoffMs(attempts, this.#chance());
    for (const entry of batch) this.#options.window.giveBack(entry, true, notBeforeMs);
  }

  #check(entries: Iterable<Entry>, trouble: Trouble, nowMs: number): void {
    const error = this.#patience.tried(entries, trouble, nowMs);
    if (error !== undefined) this.#options.onFatal(error);
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
      if (this.#isStopped) for (const entry of half) this.#options.window.giveBack(entry, false);
      else await this.#deliver(half);
    }
  }
}

const noIndexes: ReadonlyMap<string, number> = new Map();
