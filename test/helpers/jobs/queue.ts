import { formatMessage, parseMessage, type TaskMessage } from '../../../src/pipeline/queue/messages.ts';
import type { Simulation } from './simulation.ts';

/** Probabilities, from 0 to 1, of faults in message delivery. */
export interface QueueFaults {
  duplicates: number;
  lostMessages: number;
}

export interface Message {
  readonly body: string;
  readonly delayMs: number;
  visibleMs: number;
  receives: number;
  /** The task state, with its ETag, whose lease the message waits for. */
  waitsFor?: { readonly name: string; readonly etag: string };
}

const maxReceives = 5;

/** A model of SQS: no order, delivery at least once, and sometimes a lost message. */
export class ModelQueue {
  readonly #simulation: Simulation;
  readonly #faults: QueueFaults;
  #messages: Message[] = [];
  #waiting: (() => void)[] = [];
  readonly deadLetters: string[] = [];
  /** Whether a message was lost or became a dead letter, so that a job may have no message left. */
  hasLost = false;

  constructor(simulation: Simulation, faults: QueueFaults) {
    this.#simulation = simulation;
    this.#faults = faults;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  send(message: TaskMessage, delayMs: number): Message[] {
    return this.enqueue(formatMessage(message), delayMs);
  }

  enqueue(body: string, delayMs: number): Message[] {
    const { nowMs, chance } = this.#simulation;
    // S3 events are never lost: nothing in the pipeline could find that out.
    if (chance() < this.#faults.lostMessages && 'job' in parseMessage(body)) {
      this.#simulation.log(`lost message ${formatBody(body)}`);
      this.hasLost = true;
      return [];
    }
    const times = chance() < this.#faults.duplicates ? 2 : 1;
    const sent = Array.from({ length: times }, () => ({ body, delayMs, visibleMs: nowMs + delayMs, receives: 0 }));
    this.#messages.push(...sent);
    this.#wakeAfter(delayMs);
    return sent;
  }

  /** Returns a random visible message, and hides it for `visibilityMs`. */
  receive(visibilityMs: number): Message | undefined {
    const { nowMs, chance } = this.#simulation;
    const visible = this.#messages.filter((message) => message.visibleMs <= nowMs);
    const message = visible[Math.floor(chance() * visible.length)];
    if (message === undefined) return undefined;
    if (++message.receives > maxReceives) {
      this.#simulation.log(`dead letter ${message.body}`);
      this.deadLetters.push(message.body);
      this.hasLost = true;
      this.delete(message);
      return undefined;
    }
    if (chance() >= this.#faults.duplicates) message.visibleMs = nowMs + visibilityMs;
    this.#wakeAfter(message.visibleMs - nowMs);
    return message;
  }

  delete(message: Message): void {
    this.#messages = this.#messages.filter((other) => other !== message);
  }

  /** Makes a long poll: `call` runs once, when there may be a message to receive. */
  onVisible(call: () => void): void {
    const { nowMs } = this.#simulation;
    if (this.#messages.some((message) => message.visibleMs <= nowMs)) call();
    else this.#waiting.push(call);
  }

  #wakeAfter(ms: number): void {
    this.#simulation.after(ms, () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const call of waiting) call();
    });
  }
}

export function formatBody(body: string): string {
  const message = parseMessage(body);
  if ('job' in message) return `${message.job.slice(-6)} ${String(message.task ?? 'first')}`;
  return 'put' in message ? `event ${message.put.map(({ key }) => key).join()}` : body;
}
