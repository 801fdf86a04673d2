import { maxBatchBytes, maxBatchItems } from '../../dynamodb/limits.ts';
import { LoaderError } from '../../errors.ts';
import type { Capacity } from '../flow/cost.ts';
import { at, cameBack, capacityIs, mostUnits, newFlow, pauseMs, sent, wentAstray, type Flow } from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Traffic } from '../summary.ts';
import { processClock, type Clock } from './clock.ts';
import { Delivery, type DeliveryOptions, type FlowEdge } from './delivery.ts';
import type { Trouble } from './retry-limit.ts';

/** Encoded bytes in flight at most, whatever the concurrency: a request of large items is 16 MB (P4). */
const maxInFlightBytes = 32 * 1024 * 1024;

/** What surrounds the items in a body is far below this. */
const bodyFrameBytes = 1024;

/** Rates grow while nothing is sent: then a pause is reckoned anew. */
const longestPauseMs = 200;

const batchLimits = { items: maxBatchItems, bytes: maxBatchBytes - bodyFrameBytes };

export interface WriterOptions extends Omit<DeliveryOptions, 'asked' | 'clock' | 'chance'> {
  /** Requests in flight at most; `auto`: what brings something. */
  readonly concurrency: number | 'auto';
  readonly maxWriteUnits: number | undefined;
  readonly capacity: Capacity;
  readonly clock?: Clock;
  readonly chance?: () => number;
}

/** Draws batches from the window when the flow allows it, and has them delivered. */
export class Writer {
  /** Whether batches go out partly filled: true while no further record is about to come. */
  partly = false;
  readonly #options: WriterOptions;
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #delivery: Delivery;
  #flow: Flow;
  #inFlight = 0;
  #isStopped = false;
  /** When to pump again though no request has ended; and whether nothing may be sent before. */
  #timer: { readonly atMs: number; readonly isPause: boolean; readonly cancel: () => void } | undefined;
  #waiters: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#clock = options.clock ?? processClock;
    this.#chance = options.chance ?? Math.random;
    this.#flow = newFlow(options, this.#clock.nowMs());
    const asked = options.capacity.table === undefined ? 'TOTAL' : 'INDEXES';
    const edges = { asked, clock: this.#clock, chance: this.#chance } as const;
    this.#delivery = new Delivery({ ...options, ...edges }, this.#flowEdge());
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
    return this.#inFlight;
  }

  /** Why the load does not get on: the last answer; undefined where it does. */
  get waitsFor(): Trouble | undefined {
    return this.#delivery.patience.waitsFor(this.#clock.nowMs());
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
    this.#delivery.stop();
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

  #flowEdge(): FlowEdge {
    return {
      sent: (units) => {
        this.#flow = sent(this.#flow, units);
      },
      cameBack: (outcome) => {
        this.#flow = cameBack(this.#flow, { ...outcome, inFlight: this.#inFlight }, this.#clock.nowMs());
      },
      wentAstray: (sentMs) => {
        this.#flow = wentAstray(this.#flow, sentMs, this.#clock.nowMs(), this.#chance());
      },
    };
  }

  #hasRoom(): boolean {
    return (
      !this.#isStopped &&
      this.#timer?.isPause !== true &&
      this.#inFlight < this.#flow.inFlight.ceiling &&
      this.#delivery.inFlightBytes < maxInFlightBytes
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
      await this.#delivery.deliver(batch);
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
}
