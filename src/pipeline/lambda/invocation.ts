import { comesBackMs, deliver } from '../jobs/handle-message.ts';
import type { Pipeline } from '../jobs/open-loader.ts';
import { requestTimeoutMs, type Terms } from '../jobs/task-lease.ts';
import { logLine, metricsLine, Refusals } from '../jobs/log.ts';

/** What Lambda gives a function behind a queue. Source: Lambda Developer Guide, "Using Lambda with Amazon SQS". */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

export interface Context {
  getRemainingTimeInMillis(): number;
}

/** Messages that are not to be deleted: they come back. */
export interface SqsAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** For so long a message is hidden beyond the lease that is taken for it: a function that dies makes it wait no longer. */
const hiddenForMoreMs = 20_000;

/** Before the function's time is over it stops: for the requests in flight, the checkpoint, the message that goes on. */
const stopsBeforeMs = requestTimeoutMs + 5_000;
/** A function of a few seconds spends this share of them so at most. */
const stopsBeforeShare = 0.4;

/** What a function takes of its pipeline. */
type Parts = Pick<Pipeline, 'handler' | 'queue' | 'settings' | 'clock'>;

/** Handles what one invocation is given, each message by itself: one that fails does not bring the others back. */
export async function invoke(
  pipeline: Parts,
  { Records: records }: SqsEvent,
  context: Context,
  print: (line: string) => void,
): Promise<SqsAnswer> {
  const stop = new AbortController();
  const leftMs = context.getRemainingTimeInMillis();
  const cancel = pipeline.clock.after(Math.max(leftMs - stopsBeforeMs, leftMs * (1 - stopsBeforeShare)), () => {
    stop.abort();
  });
  const terms: Terms = {
    stop: stop.signal,
    // Nothing of a function goes out behind its end but what was on its way then.
    leaseMs: () => context.getRemainingTimeInMillis() + requestTimeoutMs,
  };
  try {
    const failed = await Promise.all(records.map((record) => handle(pipeline, record, terms, print)));
    return { batchItemFailures: failed.filter((id) => id !== undefined).map((id) => ({ itemIdentifier: id })) };
  } finally {
    cancel();
  }
}

/** @returns the id of a message that is to come back */
async function handle(
  { handler, queue, settings, clock }: Parts,
  { messageId: id, receiptHandle: receipt, body, attributes }: SqsRecord,
  terms: Terms,
  print: (line: string) => void,
): Promise<string | undefined> {
  const startMs = clock.elapsedMs();
  const refusals = new Refusals();
  /** What cannot be hidden comes back when the queue's own time is over. */
  const hide = (ms: number): Promise<void> => refusals.watch(queue.hide(receipt, ms));

  await hide(terms.leaseMs() + hiddenForMoreMs);
  const outcome = await deliver(handler, settings.bucket, body, terms);
  const receives = Number(attributes.ApproximateReceiveCount);
  const seconds = Math.round(clock.elapsedMs() - startMs) / 1000;
  const message = { id, receives, seconds, outcome, denied: refusals.denied };
  const nowMs = Date.now();
  const metrics = metricsLine(message, settings.table, nowMs);
  // At once: a function may be frozen between two writes.
  print([logLine(message, nowMs), ...(metrics === undefined ? [] : [metrics])].join('\n'));
  if (outcome.kind === 'handled') return undefined;
  await hide(outcome.kind === 'alien' ? 0 : comesBackMs);
  return id;
}
