import { retry } from '../../aws/retry.ts';
import { computeBackoffMs } from '../../dynamodb/backoff.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import type { LoaderPipeline } from '../jobs/open-loader.ts';
import type { ReceivedMessage } from '../queue/sqs-queue.ts';
import type { MessageReport } from '../jobs/log.ts';
import { rejectOnAbort } from '../../load/reject-on-abort.ts';
import { DrainCheck } from './drained.ts';
import { leaseMs, processMessage } from './process-message.ts';

export interface WorkOptions {
  /** Maximum number of messages to process at the same time. */
  readonly tasks: number;
  /** Whether to end when nothing is left to do. */
  readonly untilEmpty: boolean;
  /** When aborted, the worker receives no more messages and hands over its tasks. */
  readonly stop: AbortSignal;
  /** Receives the report of each message. */
  readonly tell: (message: MessageReport) => void;
  /** Receives messages about the worker itself. */
  readonly say: (text: string) => void;
}

/** Wait for a message in one receive. Short if the worker has other things to check meanwhile. */
const pollMs = 20_000;
const shortPollMs = 2_000;

/** Errors that a retry may overcome. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set(['ENDPOINT_UNREACHABLE', 'RETRIES_EXHAUSTED']);
const maxRetryMs = 15 * 60_000;
const minBackoffMs = 1_000;
const maxBackoffMs = 30_000;

/**
 * Processes messages from the queue until it is stopped or nothing is left.
 * @returns the open jobs that were given up.
 * @throws LoaderError if the queue, the bucket or the table cannot be used. The tasks are handed over first.
 */
export async function work(pipeline: LoaderPipeline, options: WorkOptions): Promise<readonly string[]> {
  const { tasks, untilEmpty, tell } = options;
  await callWithRetries(() => rejectOnAbort(pipeline.verify(), options.stop), options);
  const ending = new AbortController();
  const stop = AbortSignal.any([options.stop, ending.signal]);
  const drainCheck = new DrainCheck(pipeline);
  const running = new Set<Promise<void>>();
  try {
    while (!stop.aborted) {
      const messages = await receive(pipeline, tasks - running.size, running.size > 0, options);
      for (const received of messages) {
        const processing = processMessage(pipeline, received, stop).then((message) => {
          running.delete(processing);
          tell(message);
        });
        running.add(processing);
      }
      if (messages.length > 0) drainCheck.reset();
      if (running.size >= tasks) {
        await Promise.race(running);
      } else if (untilEmpty && running.size === 0) {
        const givenUp = await callWithRetries(() => drainCheck.check(), options);
        if (givenUp !== undefined) return givenUp;
      }
    }
    return [];
  } finally {
    ending.abort();
    await Promise.all(running);
  }
}

/**
 * Receives messages. A canceled receive may lose a message until its visibility timeout ends. It is therefore not canceled
 * while tasks are running: the message could be for a task that was handed over.
 * @returns no messages if the worker is stopped.
 */
async function receive(
  { queue }: LoaderPipeline,
  max: number,
  isBusy: boolean,
  options: WorkOptions,
): Promise<readonly ReceivedMessage[]> {
  const { untilEmpty, stop } = options;
  const waitMs = untilEmpty || isBusy ? shortPollMs : pollMs;
  const signal = isBusy ? new AbortController().signal : stop;
  const received = (await callWithRetries(() => queue.receive(max, leaseMs, waitMs, signal), options)) ?? [];
  if (!stop.aborted) return received;
  // A message that cannot be returned now becomes visible again later.
  await Promise.all(received.map(({ receiptHandle }) => queue.setVisibility(receiptHandle, 0).catch(() => undefined)));
  return [];
}

/**
 * Makes a call, and retries it while the error may pass.
 * @returns undefined if the worker is stopped meanwhile.
 */
async function callWithRetries<T>(
  call: () => Promise<T>,
  { stop, say }: Pick<WorkOptions, 'stop' | 'say'>,
): Promise<T | undefined> {
  const endMs = performance.now() + maxRetryMs;
  const sayAndBackOff = (error: unknown, failures: number): number | undefined => {
    const isRetryable = error instanceof LoaderError && retryableCodes.has(error.code);
    if (stop.aborted || !isRetryable || performance.now() > endMs) return undefined;
    const waitMs = computeBackoffMs(minBackoffMs, maxBackoffMs, failures);
    say(`${error.message}; retrying in ${waitMs / 1000} s`);
    return waitMs;
  };
  return retry(call, sayAndBackOff, { stop }).catch((error: unknown) => {
    if (stop.aborted) return undefined;
    throw error;
  });
}
