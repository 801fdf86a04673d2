import { maxBatchBytes, maxBatchItems } from '../../dynamodb/limits.ts';
import type { Capacity } from '../flow/cost.ts';
import { at, capacityIs, mostUnits, pauseMs } from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Traffic } from '../summary.ts';
import { processClock } from './clock.ts';
import { Delivery, type DeliveryOptions } from './delivery.ts';
import type { Trouble } from './retry-limit.ts';

/** Encoded bytes in flight at most, whatever the concurrency: a request of large items is 16 MB (P4). */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What surrounds the items in a body is far below this. */
const bodyFrameBytes = 1024;

/** Rates grow while nothing is sent: then a pause is reckoned anew. */
const longestPauseMs = 200;

const batchLimits = { items: maxBatchItems, bytes: maxBatchBytes - bodyFrameBytes };

type Defaults = Pick<DeliveryOptions, 'clock' | 'chance'>;
export type WriterOptions = Omit<DeliveryOptions, keyof Defaults> & Partial<Defaults>;

/** Draws batches from the window when the flow allows it, and has them delivered. */
export class Writer {
  /** Whether batches go out partly filled: true while no further record is about to come. */
  partly = false;
  readonly #options: DeliveryOptions;
  readonly #delivery: Delivery;
  #isStopped = false;
  /** When to pump again though no request has ended; and whether nothing may be sent before. */
  #timer: { readonly atMs: number; readonly isPause: boolean; readonly cancel: () => void } | undefined;
  #waiters: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = { clock: processClock, chance: Math.random, ...options };
    this.#delivery = new Delivery(this.#options);
  }

  get traffic(): Traffic {
    return this.#delivery.traffic;
  }

  /** Items acknowledged. */
  get acknowledged(): number {
    return this.#delivery.acknowledged;
  }

  /** Whether the table has turned away anything in this run. */
  get wasTurnedAway(): boolean {
    const { throttledRequests, unprocessedItems } = this.#delivery.traffic;
    return throttledRequests > 0 || unprocessedItems > 0;
  }

  get inFlight(): number {
    return this.#delivery.inFlight;
  }

  /** Why the load does not get on: the last answer; undefined where it does. */
  get waitsFor(): Trouble | undefined {
    return this.#delivery.patience.waitsFor(this.#options.clock.nowMs());
  }

  /** What is provisioned, as it was found when somebody looked again. */
  capacityIs(capacity: Capacity): void {
    this.#delivery.flow = capacityIs(this.#delivery.flow, capacity, this.#options.clock.nowMs());
    this.#cancelTimer();
    this.pump();
    this.#wake();
  }

  /** Sends what may be sent now. */
  pump(): void {
    const { window, clock } = this.#options;
    while (this.#hasRoom()) {
      const nowMs = clock.nowMs();
      const flow = at(this.#delivery.flow, nowMs);
      this.#delivery.flow = flow;
      const pause = pauseMs(flow, nowMs);
      if (pause > 0) {
        this.#pumpAt(nowMs + Math.min(pause, longestPauseMs), true);
        return;
      }
      const limits = { ...batchLimits, units: mostUnits(flow) };
      const batch = window.draw(limits, this.partly, nowMs);
      if (batch === undefined) {
        const { nextMs } = window;
        if (nextMs !== undefined) this.#pumpAt(nextMs, false);
        return;
      }
      void this.#carry(batch);
    }
  }

  /** Draws nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#delivery.stop();
    this.#cancelTimer();
    this.#wake();
  }

  /** Settles when a request has ended, or something may be sent again; soon where neither is to come. */
  async requestEnded(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.inFlight > 0 || this.#timer !== undefined) this.#waiters.push(resolve);
      else setImmediate(resolve);
    });
  }

  #hasRoom(): boolean {
    const { flow, inFlight, inFlightBytes } = this.#delivery;
    const isPaused = this.#isStopped || this.#timer?.isPause === true;
    return !isPaused && inFlight < flow.inFlight.ceiling && inFlightBytes < maxInFlightBytes;
  }

  #pumpAt(atMs: number, isPause: boolean): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs && !isPause) return;
    this.#cancelTimer();
    const { clock } = this.#options;
    const cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
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
    await this.#delivery.deliver(batch);
    // What came back may have shortened it.
    if (this.#timer?.isPause === true) this.#cancelTimer();
    this.pump();
    this.#wake();
  }
}
