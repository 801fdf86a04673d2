import { retryAfterMs, handleMessage } from '../jobs/handle-message.ts';
import type { LoaderPipeline } from '../jobs/open-loader.ts';
import { requestTimeoutMs } from '../../load/limits.ts';
import type { LeaseTerms } from '../jobs/task-lease.ts';
import { formatLogLine, formatMetricsLine, Refusals } from '../jobs/log.ts';

/** The event of an SQS event source. Source: Lambda Developer Guide, "Using Lambda with Amazon SQS". */
export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Messages that SQS must not delete, so that they return to the queue. */
export interface SqsBatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** How long a message stays invisible after its lease expires. If the function dies, the message waits no longer than this. */
const extraVisibilityMs = 20_000;

/** Time before the function's timeout to finish requests, save the checkpoint and send the message to continue. */
const stopBeforeMs = requestTimeoutMs + 5_000;
/** Maximum share of the function's time that this may take, for functions with a timeout of a few seconds. */
const maxStopShare = 0.4;

/** The parts of a pipeline that a function uses. */
type FunctionPipeline = Pick<LoaderPipeline, 'handler' | 'queue' | 'settings' | 'clock'>;

/** Handles the messages of one invocation independently: a message that fails does not return the others to the queue. */
export async function invoke(
  pipeline: FunctionPipeline,
  { Records: records }: SqsEvent,
  context: LambdaContext,
  print: (line: string) => void,
): Promise<SqsBatchResponse> {
  const stop = new AbortController();
  const leftMs = context.getRemainingTimeInMillis();
  const cancel = pipeline.clock.after(Math.max(leftMs - stopBeforeMs, leftMs * (1 - maxStopShare)), () => {
    stop.abort();
  });
  const terms: LeaseTerms = {
    stop: stop.signal,
    // After its end, a function has at most the requests that were in flight.
    leaseMs: () => context.getRemainingTimeInMillis() + requestTimeoutMs,
  };
  try {
    const failed = await Promise.all(records.map((record) => handle(pipeline, record, terms, print)));
    return { batchItemFailures: failed.filter((id) => id !== undefined).map((id) => ({ itemIdentifier: id })) };
  } finally {
    cancel();
  }
}

/** @returns the ID of a message to return to the queue. */
async function handle(
  { handler, queue, settings, clock }: FunctionPipeline,
  { messageId: id, receiptHandle, body, attributes }: SqsRecord,
  terms: LeaseTerms,
  print: (line: string) => void,
): Promise<string | undefined> {
  const startMs = clock.elapsedMs();
  const refusals = new Refusals();
  /** If this fails, the message returns after the visibility timeout of the queue. */
  const setVisibility = (ms: number): Promise<void> => refusals.watch(queue.setVisibility(receiptHandle, ms));

  await setVisibility(terms.leaseMs() + extraVisibilityMs);
  const outcome = await handleMessage(handler, settings.bucket, body, terms);
  const receives = Number(attributes.ApproximateReceiveCount);
  const seconds = Math.round(clock.elapsedMs() - startMs) / 1000;
  const message = { id, receives, seconds, outcome, denied: refusals.denied };
  const nowMs = Date.now();
  const metrics = formatMetricsLine(message, settings.table, nowMs);
  // One write: a function may be frozen between two.
  print([formatLogLine(message, nowMs), ...(metrics === undefined ? [] : [metrics])].join('\n'));
  if (outcome.kind === 'handled') return undefined;
  await setVisibility(outcome.kind === 'alien' ? 0 : retryAfterMs);
  return id;
}
