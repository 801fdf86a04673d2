import { LoaderError } from '../../errors.ts';
import { backoffMs } from '../flow/backoff.ts';
import {
  applyLoss,
  applyResponse,
  newFlow,
  spendUnits,
  type Flow,
  type FlowOptions,
  type RequestOutcome,
} from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Window } from '../order/window.ts';
import type { Traffic } from '../summary.ts';
import type { BatchWriteResult, WireClient } from '../wire/client.ts';
import { makeBodyEncoder, estimateUnits, type BodyEncoder } from './batch.ts';
import { BodyPool } from './body-pool.ts';
import type { Scheduler } from './scheduler.ts';
import { Heartbeat } from './heartbeat.ts';
import { findUnprocessed } from './unprocessed.ts';
import { RetryLimit, type RetryReason } from './retry-limit.ts';

export interface SenderOptions extends FlowOptions {
  readonly window: Window;
  readonly client: WireClient;
  readonly table: string;
  /** The `key` of an item in DynamoDB JSON; undefined if it has none. */
  readonly keyOf: (item: Record<string, unknown>) => string | undefined;
  readonly retryForMs: number;
  /** Called before a request if no other is in flight, and every second while there are any. May throw. */
  readonly markInFlight: () => void;
  /** Called after every request that settled a record. */
  readonly onSettled: () => void;
  /** Called when the run cannot continue, possibly more than once. */
  readonly onFatal: (error: LoaderError) => void;
  readonly scheduler: Scheduler;
  readonly random: () => number;
}

/** A request in flight. */
interface SentRequest {
  readonly batch: readonly Entry[];
  readonly units: number;
  readonly sentMs: number;
}

/** Sends batches, and reports the outcome of each item to the window and to flow control. Retries wait in the window. */
export class BatchSender {
  flow: Flow;
  /** Batches in flight. */
  inFlight = 0;
  /** Encoded bytes in flight. */
  inFlightBytes = 0;
  /** Acknowledged items. */
  acknowledged = 0;
  readonly retryLimit: RetryLimit;
  readonly traffic = {
    requests: 0,
    throttledRequests: 0,
    unprocessedItems: 0,
    retries: 0,
    writeUnits: undefined as number | undefined,
  } satisfies Traffic;
  readonly #options: SenderOptions;
  readonly #encode: BodyEncoder;
  readonly #bodies = new BodyPool();
  readonly #heartbeat: Heartbeat;
  #isStopped = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.flow = newFlow(options, options.scheduler.nowMs());
    this.#encode = makeBodyEncoder(options.table, options.capacity.table === undefined ? 'TOTAL' : 'INDEXES');
    this.retryLimit = new RetryLimit(options.table, options.retryForMs);
    this.#heartbeat = new Heartbeat({
      mark: options.markInFlight,
      isInFlight: () => this.inFlight > 0,
      onError: (error) => {
        this.#fail(error);
      },
    });
  }

  /** Stops sending. Requests in flight continue. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Sends a batch, and waits until none of its items is in flight. Never rejects. */
  async send(batch: readonly Entry[]): Promise<void> {
    try {
      if (this.inFlight++ === 0) this.#heartbeat.start();
      await this.#sendRequest(batch);
    } catch (error) {
      this.#fail(error);
    }
    this.inFlight--;
  }

  #fail(error: unknown): void {
    this.#options.onFatal(
      error instanceof LoaderError ? error : new LoaderError('INTERNAL', String(error), { cause: error }),
    );
  }

  async #sendRequest(batch: readonly Entry[]): Promise<void> {
    let memory: Buffer | undefined;
    const body = this.#encode(batch, (bytes) => (memory = this.#bodies.take(bytes)));
    for (const entry of batch) if (entry.attempts++ > 0) this.traffic.retries++;
    this.traffic.requests++;
    const request = { batch, units: estimateUnits(batch), sentMs: this.#options.scheduler.nowMs() };
    this.flow = spendUnits(this.flow, request.units);
    this.inFlightBytes += body.length;
    let result: BatchWriteResult;
    try {
      result = await this.#options.client.batchWrite(body);
    } finally {
      this.inFlightBytes -= body.length;
    }
    if (result.kind === 'answered' && memory !== undefined) this.#bodies.release(memory);
    switch (result.kind) {
      case 'answered':
        this.#settle(request, result);
        return;
      case 'throttled':
        this.traffic.throttledRequests++;
        this.#applyResponse(request, { writtenUnits: 0, throttledUnits: request.units });
        this.#retryThrottled(request, batch, result);
        return;
      case 'unknown':
        this.#retryLost(request, result);
        return;
      case 'refused':
        this.#applyResponse(request, { writtenUnits: 0, throttledUnits: 0 });
        return this.#split(batch, result);
      case 'fatal':
        for (const entry of batch) this.#options.window.requeue(entry, false);
        this.#options.onFatal(result.error);
    }
  }

  #settle(request: SentRequest, result: BatchWriteResult & { kind: 'answered' }): void {
    const { batch } = request;
    const unprocessed = findUnprocessed(batch, result.unprocessed, this.#options.keyOf);
    if (unprocessed === undefined) {
      this.#retryLost(request, { code: 'InvalidResponse', message: 'the response contains an item that was not sent' });
      return;
    }
    const { writeUnits } = result;
    if (writeUnits !== undefined) this.traffic.writeUnits = (this.traffic.writeUnits ?? 0) + writeUnits;
    const throttledUnits = unprocessed.size === 0 ? 0 : estimateUnits([...unprocessed]);
    const writtenUnits = request.units - throttledUnits;
    this.#applyResponse(request, { writtenUnits, throttledUnits, consumed: result });
    if (unprocessed.size < batch.length) this.retryLimit.reset();
    if (unprocessed.size > 0) {
      this.traffic.unprocessedItems += unprocessed.size;
      const message = 'DynamoDB returned the items unprocessed';
      this.#retryThrottled(request, unprocessed, { code: 'UnprocessedItems', message });
    }
    if (unprocessed.size === batch.length) return;
    for (const entry of batch) if (!unprocessed.has(entry)) this.#options.window.acknowledge(entry);
    this.acknowledged += batch.length - unprocessed.size;
    this.#options.onSettled();
  }

  #applyResponse({ units, sentMs }: SentRequest, response: Omit<RequestOutcome, keyof SentRequest | 'inFlight'>): void {
    const { writtenUnits, throttledUnits, consumed } = response;
    const { inFlight } = this;
    // Not `...response`: a spread for each response cost a tenth of the load's CPU time and memory.
    const outcome = { sentMs, units, writtenUnits, throttledUnits, consumed, inFlight };
    this.flow = applyResponse(this.flow, outcome, this.#options.scheduler.nowMs());
  }

  /** Returns entries to the window, where the items or their partitions back off. None of them was written. */
  #retryThrottled({ sentMs }: SentRequest, entries: Iterable<Entry>, reason: Omit<RetryReason, 'isThrottle'>): void {
    const nowMs = this.#options.scheduler.nowMs();
    this.#checkLimit(entries, { ...reason, isThrottle: true }, nowMs);
    for (const entry of entries) {
      this.#options.window.requeueThrottled(entry, { sentMs, nowMs, random: this.#options.random() });
    }
  }

  /** Returns entries to the window that may or may not have been written. The backoff grows with every attempt. */
  #retryLost({ batch, sentMs }: SentRequest, reason: Omit<RetryReason, 'isThrottle'>): void {
    const nowMs = this.#options.scheduler.nowMs();
    this.flow = applyLoss(this.flow, sentMs, nowMs, this.#options.random());
    this.#checkLimit(batch, { ...reason, isThrottle: false }, nowMs);
    const attempts = Math.max(...batch.map((entry) => entry.attempts));
    const notBeforeMs = nowMs + backoffMs(attempts, this.#options.random());
    for (const entry of batch) this.#options.window.requeue(entry, true, notBeforeMs);
  }

  #checkLimit(entries: Iterable<Entry>, reason: RetryReason, nowMs: number): void {
    const error = this.retryLimit.addFailure(entries, reason, nowMs);
    if (error !== undefined) this.#options.onFatal(error);
  }

  /** Halves a refused batch until the item that DynamoDB does not accept is alone: it fails the whole batch (P5). */
  async #split(batch: readonly Entry[], { code, message }: { code: string; message: string }): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      const reason = `DynamoDB refused the item: ${code}: ${message}`;
      this.#options.window.reject(first, { code: 'REFUSED_BY_DYNAMODB', reason });
      this.#options.onSettled();
      return;
    }
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      if (this.#isStopped) for (const entry of half) this.#options.window.requeue(entry, false);
      else await this.#sendRequest(half);
    }
  }
}
