import { messageOf, read, type GoOn } from '../../../src/pipeline/queue/messages.ts';
import type { Simulation } from './simulation.ts';

/** What is done to messages; each from 0 to 1. */
export interface QueueFaults {
  duplicates: number;
  lostMessages: number;
}

export interface Message {
  readonly body: string;
  readonly delayMs: number;
  visibleMs: number;
  receives: number;
  /** The state of a task, by its ETag, whose lease it waits for. */
  waitsFor?: { readonly name: string; readonly etag: string };
}

const maxReceives = 5;

/** SQS as far as jobs see it: in no order, at least once, and now and then not at all. */
export class ModelQueue {
  readonly #simulation: Simulation;
  readonly #faults: QueueFaults;
  #messages: Message[] = [];
  #waiting: (() => void)[] = [];
  readonly deadLetters: string[] = [];
  /** A message was lost, or became a dead letter: jobs may be left without one. */
  hasLost = false;

  constructor(simulation: Simulation, faults: QueueFaults) {
    this.#simulation = simulation;
    this.#faults = faults;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  send(message: GoOn, delayMs: number): Message[] {
    return this.enqueue(messageOf(message), delayMs);
  }

  enqueue(body: string, delayMs: number): Message[] {
    const { nowMs, chance } = this.#simulation;
    // An event of S3 that is lost is nobody's to find.
    if (chance() < this.#faults.lostMessages && 'job' in read(body)) {
      this.#simulation.tell(`lost message ${describe(body)}`);
      this.hasLost = true;
      return [];
    }
    const times = chance() < this.#faults.duplicates ? 2 : 1;
    const sent = Array.from({ length: times }, () => ({ body, delayMs, visibleMs: nowMs + delayMs, receives: 0 }));
    this.#messages.push(...sent);
    this.#wakeAfter(delayMs);
    return sent;
  }

  /** Any message that is visible; it is invisible for a while. */
  receive(visibilityMs: number): Message | undefined {
    const { nowMs, chance } = this.#simulation;
    const visible = this.#messages.filter((message) => message.visibleMs <= nowMs);
    const message = visible[Math.floor(chance() * visible.length)];
    if (message === undefined) return undefined;
    if (++message.receives > maxReceives) {
      this.#simulation.tell(`dead letter ${message.body}`);
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

  /** A long poll: called once when there may be something to receive. */
  whenVisible(call: () => void): void {
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

export function describe(body: string): string {
  const said = read(body);
  if ('job' in said) return `${said.job.slice(-6)} ${String(said.task ?? 'first')}`;
  return 'put' in said ? `event ${said.put.map(({ key }) => key).join()}` : body;
}
