import { retry } from '../../aws/retry.ts';
import { doublingMs } from '../../dynamodb/backoff.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import type { Pipeline } from '../jobs/open-loader.ts';
import type { Received } from '../queue/sqs-queue.ts';
import type { Message } from '../jobs/log.ts';
import { unlessAborted } from '../../load/abortable.ts';
import { Emptiness } from './drained.ts';
import { leaseMs, takeInHand } from './process-message.ts';

export interface WorkOptions {
  /** Messages in hand at most. */
  readonly tasks: number;
  /** Whether it ends when there is nothing left to do. */
  readonly untilEmpty: boolean;
  /** Aborted: take nothing more, hand over what is in hand. */
  readonly stop: AbortSignal;
  /** Told what became of each message. */
  readonly tell: (message: Message) => void;
  /** Told what the worker itself meets. */
  readonly say: (text: string) => void;
}

/** What is waited for a message at a time; where something else is to be looked at, not long. */
const pollMs = 20_000;
const shortPollMs = 2_000;

/** After these an answer may come another time. */
const passing: ReadonlySet<ErrorCode> = new Set(['ENDPOINT_UNREACHABLE', 'RETRIES_EXHAUSTED']);
const longestPatienceMs = 15 * 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/**
 * Takes messages from the queue, and deals with so many at a time, until it is told to stop, or nothing is left.
 * @returns jobs that have not ended though nothing is left to do for them
 * @throws LoaderError where queue, bucket or table cannot be used: nothing is lost, what was in hand is handed over
 */
export async function work(pipeline: Pipeline, options: WorkOptions): Promise<readonly string[]> {
  const { tasks, untilEmpty, tell } = options;
  await patiently(() => unlessAborted(pipeline.assertThere(), options.stop), options);
  const ending = new AbortController();
  const stop = AbortSignal.any([options.stop, ending.signal]);
  const emptiness = new Emptiness(pipeline);
  const inHand = new Set<Promise<void>>();
  try {
    while (!stop.aborted) {
      const received = await receive(pipeline, tasks - inHand.size, inHand.size > 0, options);
      for (const one of received) {
        const taken = takeInHand(pipeline, one, stop).then((message) => {
          inHand.delete(taken);
          tell(message);
        });
        inHand.add(taken);
      }
      if (received.length > 0) emptiness.reset();
      if (inHand.size >= tasks) {
        await Promise.race(inHand);
      } else if (untilEmpty && inHand.size === 0) {
        const leftOver = await patiently(() => emptiness.look(), options);
        if (leftOver !== undefined) return leftOver;
      }
    }
    return [];
  } finally {
    ending.abort();
    await Promise.all(inHand);
  }
}

/**
 * A receive that is broken off may take a message with it, which nobody sees then for as long as it is hidden. While tasks are
 * in hand it is not broken off: the message could be one that hands over a task.
 * @returns nothing, too, where it was told to stop
 */
async function receive(
  { queue }: Pipeline,
  most: number,
  isBusy: boolean,
  options: WorkOptions,
): Promise<readonly Received[]> {
  const { untilEmpty, stop } = options;
  const waitMs = untilEmpty || isBusy ? shortPollMs : pollMs;
  const breakOff = isBusy ? new AbortController().signal : stop;
  const received = (await patiently(() => queue.receive(most, leaseMs, waitMs, breakOff), options)) ?? [];
  if (!stop.aborted) return received;
  // What cannot be given back comes back a little later.
  await Promise.all(received.map(({ receipt }) => queue.hide(receipt, 0).catch(() => undefined)));
  return [];
}

/**
 * Asks, and again where there is no answer for a while.
 * @returns undefined where it was told to stop meanwhile
 */
async function patiently<T>(
  ask: () => Promise<T>,
  { stop, say }: Pick<WorkOptions, 'stop' | 'say'>,
): Promise<T | undefined> {
  const endMs = performance.now() + longestPatienceMs;
  const sayAndWait = (error: unknown, failures: number): number | undefined => {
    const isPassing = error instanceof LoaderError && passing.has(error.code);
    if (stop.aborted || !isPassing || performance.now() > endMs) return undefined;
    const waitMs = doublingMs(firstPauseMs, longestPauseMs, failures);
    say(`${error.message}; tried again in ${waitMs / 1000} s`);
    return waitMs;
  };
  return retry(ask, sayAndWait, { stop }).catch((error: unknown) => {
    if (stop.aborted) return undefined;
    throw error;
  });
}
