import { maxBatchBytes, maxBatchItems } from '../../dynamodb/limits.ts';
import type { Capacity } from '../flow/cost.ts';
import { refillFlow, changeCapacity, maxRequestUnits, flowWaitMs } from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Traffic } from '../summary.ts';
import { processScheduler } from './scheduler.ts';
import { BatchSender, type SenderOptions } from './batch-sender.ts';
import type { RetryReason } from './retry-limit.ts';

/** Maximum encoded bytes in flight, regardless of the concurrency: one request of large items has 16 MB (P4). */
const maxInFlightBytes = 32 * 1024 * 1024;

/** More than enough for the parts of a body around its items. */
const bodyFrameBytes = 1024;

/** Rates grow while nothing is sent, so a wait is calculated again after this many ms. */
const maxWaitMs = 200;

const batchLimits = { items: maxBatchItems, bytes: maxBatchBytes - bodyFrameBytes };

type Defaults = Pick<SenderOptions, 'scheduler' | 'random'>;
export type WriterOptions = Omit<SenderOptions, keyof Defaults> & Partial<Defaults>;

/** Draws batches from the window when flow control allows it, and sends them. */
export class Writer {
  /** Whether batches may be sent partly filled: true while no further record is expected soon. */
  allowsPartialBatches = false;
  readonly #options: SenderOptions;
  readonly #sender: BatchSender;
  #isStopped = false;
  /** When to pump again even if no request ends, and whether nothing may be sent before. */
  #timer: { readonly atMs: number; readonly isBlocking: boolean; readonly cancel: () => void } | undefined;
  #waiters: (() => void)[] = [];

  constructor(options: WriterOptions) {
    this.#options = { scheduler: processScheduler, random: Math.random, ...options };
    this.#sender = new BatchSender(this.#options);
  }

  get traffic(): Traffic {
    return this.#sender.traffic;
  }

  /** Acknowledged items. */
  get acknowledged(): number {
    return this.#sender.acknowledged;
  }

  /** Whether DynamoDB has throttled any item in this run. */
  get wasThrottled(): boolean {
    const { throttledRequests, unprocessedItems } = this.#sender.traffic;
    return throttledRequests > 0 || unprocessedItems > 0;
  }

  get inFlight(): number {
    return this.#sender.inFlight;
  }

  /** Why the load is waiting; undefined if it is not. */
  get retryReason(): RetryReason | undefined {
    return this.#sender.retryLimit.currentReason(this.#options.scheduler.nowMs());
  }

  /** Applies the capacity that DescribeTable reports. */
  setCapacity(capacity: Capacity): void {
    this.#sender.flow = changeCapacity(this.#sender.flow, capacity, this.#options.scheduler.nowMs());
    this.#cancelTimer();
    this.pump();
    this.#wake();
  }

  /** Sends everything that may be sent now. */
  pump(): void {
    const { window, scheduler } = this.#options;
    while (this.#hasRoom()) {
      const nowMs = scheduler.nowMs();
      const flow = refillFlow(this.#sender.flow, nowMs);
      this.#sender.flow = flow;
      const waitMs = flowWaitMs(flow, nowMs);
      if (waitMs > 0) {
        this.#pumpAt(nowMs + Math.min(waitMs, maxWaitMs), true);
        return;
      }
      const limits = { ...batchLimits, units: maxRequestUnits(flow) };
      const batch = window.draw(limits, this.allowsPartialBatches, nowMs);
      if (batch === undefined) {
        const { nextMs } = window;
        if (nextMs !== undefined) this.#pumpAt(nextMs, false);
        return;
      }
      void this.#send(batch);
    }
  }

  /** Stops sending. Requests in flight continue. */
  stop(): void {
    this.#isStopped = true;
    this.#sender.stop();
    this.#cancelTimer();
    this.#wake();
  }

  /** Waits until a request has ended or items may be retried. Returns soon if neither is expected. */
  async waitForRequest(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.inFlight > 0 || this.#timer !== undefined) this.#waiters.push(resolve);
      else setImmediate(resolve);
    });
  }

  #hasRoom(): boolean {
    const { flow, inFlight, inFlightBytes } = this.#sender;
    const isBlocked = this.#isStopped || this.#timer?.isBlocking === true;
    return !isBlocked && inFlight < flow.concurrency.ceiling && inFlightBytes < maxInFlightBytes;
  }

  #pumpAt(atMs: number, isBlocking: boolean): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs && !isBlocking) return;
    this.#cancelTimer();
    const { scheduler } = this.#options;
    const cancel = scheduler.after(Math.max(0, atMs - scheduler.nowMs()), () => {
      this.#timer = undefined;
      this.pump();
      this.#wake();
    });
    this.#timer = { atMs, isBlocking, cancel };
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

  async #send(batch: readonly Entry[]): Promise<void> {
    await this.#sender.send(batch);
    // The response may have shortened the wait.
    if (this.#timer?.isBlocking === true) this.#cancelTimer();
    this.pump();
    this.#wake();
  }
}
