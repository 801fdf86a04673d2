import { LoaderError } from '../../errors.ts';
import { backoffMs } from '../flow/backoff.ts';
import { cameBack, newFlow, sent, wentAstray, type Flow, type FlowOptions, type Outcome } from '../flow/flow.ts';
import type { Entry } from '../order/entry.ts';
import type { Window } from '../order/window.ts';
import type { Traffic } from '../summary.ts';
import type { WireAnswer, WireClient } from '../wire/client.ts';
import { bodyEncoder, expectedUnits, type BodyEncoder } from './batch.ts';
import { Bodies } from './body-pool.ts';
import type { Clock } from './clock.ts';
import { givenBack } from './unprocessed.ts';
import { Patience, type Trouble } from './retry-limit.ts';

export interface DeliveryOptions extends FlowOptions {
  readonly window: Window;
  readonly client: WireClient;
  readonly table: string;
  /** The `key` of an item as an answer gives it back; undefined where it has none. */
  readonly keyOf: (item: Record<string, unknown>) => string | undefined;
  readonly retryForMs: number;
  /** Called after every request whose answer settled something. */
  readonly onSettled: () => void;
  /** Going on makes no sense. Called once or more often. */
  readonly onFatal: (error: LoaderError) => void;
  readonly clock: Clock;
  readonly chance: () => number;
}

/** A request under way. */
interface Request {
  readonly batch: readonly Entry[];
  readonly units: number;
  readonly sentMs: number;
}

/** Sends batches, and tells the window and the flow what became of each item. What is to be sent again waits there. */
export class Delivery {
  flow: Flow;
  /** Batches in flight, and their encoded bytes. */
  inFlight = 0;
  inFlightBytes = 0;
  /** Items acknowledged. */
  acknowledged = 0;
  readonly patience: Patience;
  readonly traffic = {
    requests: 0,
    throttledRequests: 0,
    unprocessedItems: 0,
    retries: 0,
    writeUnits: undefined as number | undefined,
  } satisfies Traffic;
  readonly #options: DeliveryOptions;
  readonly #encode: BodyEncoder;
  readonly #bodies = new Bodies();
  #isStopped = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.flow = newFlow(options, options.clock.nowMs());
    this.#encode = bodyEncoder(options.table, options.capacity.table === undefined ? 'TOTAL' : 'INDEXES');
    this.patience = new Patience(options.retryForMs);
  }

  /** What is under way comes home, and nothing more goes out. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Settles when no item of the batch is in flight any more. Never rejects. */
  async deliver(batch: readonly Entry[]): Promise<void> {
    this.inFlight++;
    try {
      await this.#send(batch);
    } catch (error) {
      this.#options.onFatal(
        error instanceof LoaderError ? error : new LoaderError('INTERNAL', String(error), { cause: error }),
      );
    }
    this.inFlight--;
  }

  async #send(batch: readonly Entry[]): Promise<void> {
    let memory: Buffer | undefined;
    const body = this.#encode(batch, (bytes) => (memory = this.#bodies.take(bytes)));
    for (const entry of batch) if (entry.attempts++ > 0) this.traffic.retries++;
    this.traffic.requests++;
    const request = { batch, units: expectedUnits(batch), sentMs: this.#options.clock.nowMs() };
    this.flow = sent(this.flow, request.units);
    this.inFlightBytes += body.length;
    let answer: WireAnswer;
    try {
      answer = await this.#options.client.batchWrite(body);
    } finally {
      this.inFlightBytes -= body.length;
    }
    if (answer.kind === 'answered' && memory !== undefined) this.#bodies.giveBack(memory);
    switch (answer.kind) {
      case 'answered':
        this.#settle(request, answer);
        return;
      case 'throttled':
        this.traffic.throttledRequests++;
        this.#cameBack(request, { takenUnits: 0, turnedAwayUnits: request.units });
        this.#turnedAway(request, batch, answer);
        return;
      case 'unknown':
        this.#lost(request, answer);
        return;
      case 'refused':
        this.#cameBack(request, { takenUnits: 0, turnedAwayUnits: 0 });
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
    if (writeUnits !== undefined) this.traffic.writeUnits = (this.traffic.writeUnits ?? 0) + writeUnits;
    const leftUnits = left.size === 0 ? 0 : expectedUnits([...left]);
    this.#cameBack(request, { takenUnits: request.units - leftUnits, turnedAwayUnits: leftUnits, consumed: answer });
    if (left.size < batch.length) this.patience.acknowledged();
    if (left.size > 0) {
      this.traffic.unprocessedItems += left.size;
      const message = 'the table takes no more at the moment';
      this.#turnedAway(request, left, { code: 'UnprocessedItems', message });
    }
    if (left.size === batch.length) return;
    for (const entry of batch) if (!left.has(entry)) this.#options.window.written(entry);
    this.acknowledged += batch.length - left.size;
    this.#options.onSettled();
  }

  #cameBack({ units, sentMs }: Request, became: Omit<Outcome, 'units' | 'sentMs' | 'inFlight'>): void {
    const outcome = { ...became, units, sentMs, inFlight: this.inFlight };
    this.flow = cameBack(this.flow, outcome, this.#options.clock.nowMs());
  }

  /** Nothing of these was written: back to the window, where they, or their partitions, cool down. */
  #turnedAway({ sentMs }: Request, entries: Iterable<Entry>, answer: Omit<Trouble, 'isThrottle'>): void {
    const nowMs = this.#options.clock.nowMs();
    this.#check(entries, { ...answer, isThrottle: true }, nowMs);
    for (const entry of entries)
      this.#options.window.throttled(entry, { sentMs, nowMs, chance: this.#options.chance() });
  }

  /** Nobody knows whether these were written: each waits longer with every attempt. */
  #lost({ batch, sentMs }: Request, answer: Omit<Trouble, 'isThrottle'>): void {
    const nowMs = this.#options.clock.nowMs();
    this.flow = wentAstray(this.flow, sentMs, nowMs, this.#options.chance());
    this.#check(batch, { ...answer, isThrottle: false }, nowMs);
    const attempts = Math.max(...batch.map((entry) => entry.attempts));
    const notBeforeMs = nowMs + backoffMs(attempts, this.#options.chance());
    for (const entry of batch) this.#options.window.giveBack(entry, true, notBeforeMs);
  }

  #check(entries: Iterable<Entry>, trouble: Trouble, nowMs: number): void {
    const error = this.patience.tried(entries, trouble, nowMs);
    if (error !== undefined) this.#options.onFatal(error);
  }

  /** One item that the table does not accept fails its whole batch: halve until it is alone (P5). */
  async #split(batch: readonly Entry[], answer: { code: string; message: string }): Promise<void> {
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      const reason = `DynamoDB refused the item: ${answer.code}: ${answer.message}`;
      this.#options.window.refused(first, { code: 'REFUSED_BY_DYNAMODB', reason });
      this.#options.onSettled();
      return;
    }
    const middle = batch.length >>> 1;
    for (const half of [batch.slice(0, middle), batch.slice(middle)]) {
      if (this.#isStopped) for (const entry of half) this.#options.window.giveBack(entry, false);
      else await this.#send(half);
    }
  }
}
