import { retryAfterMs, handleMessage } from '../jobs/handle-message.ts';
import type { LoaderPipeline } from '../jobs/open-loader.ts';
import type { ReceivedMessage } from '../queue/sqs-queue.ts';
import type { LeaseTerms } from '../jobs/task-lease.ts';
import { Refusals, type MessageReport } from '../jobs/log.ts';

/** Duration of a lease, and visibility timeout of a message. If a worker dies, others wait no longer than this. */
export const leaseMs = 60_000;
/** Milliseconds between renewals of both. Each renewal saves a checkpoint. */
export const renewEveryMs = 20_000;

/** A task is handed over after this time. SQS keeps a message invisible for at most 12 hours (SQS Developer Guide). */
const maxProcessingMs = 11 * 60 * 60 * 1000;

/** From this receive on, an alien message is returned with a delay: no dead-letter queue seems to take it. */
const maxImmediateReturns = 10;
const delayedReturnMs = 300_000;

/** Processes a message, and keeps it invisible to others meanwhile. Never throws: the report contains errors. */
export async function processMessage(
  { handler, queue, settings, clock }: LoaderPipeline,
  { id, receiptHandle, body, receives }: ReceivedMessage,
  stop: AbortSignal,
): Promise<MessageReport> {
  const startMs = clock.elapsedMs();
  const refusals = new Refusals();
  /** If this fails, the message becomes visible too early. That is safe, because its task has a lease. */
  const setVisibility = (ms: number): Promise<void> => refusals.watch(queue.setVisibility(receiptHandle, ms));
  let cancelRenewal = (): void => undefined;
  const scheduleRenewal = (): void => {
    cancelRenewal = clock.after(renewEveryMs, () => {
      void setVisibility(leaseMs);
      scheduleRenewal();
    });
  };
  scheduleRenewal();
  const handOver = new AbortController();
  const cancelHandOver = clock.after(maxProcessingMs, () => {
    handOver.abort();
  });
  const terms: LeaseTerms = { stop: AbortSignal.any([stop, handOver.signal]), leaseMs: () => leaseMs };
  const outcome = await handleMessage(handler, settings.bucket, body, terms);
  cancelRenewal();
  cancelHandOver();
  // If the deletion fails, the message returns and changes nothing.
  if (outcome.kind === 'handled') await refusals.watch(queue.delete(receiptHandle));
  else if (outcome.kind === 'failed') await setVisibility(retryAfterMs);
  else await setVisibility(receives < maxImmediateReturns ? 0 : delayedReturnMs);
  const seconds = Math.round(clock.elapsedMs() - startMs) / 1000;
  return { id, receives, seconds, outcome, denied: refusals.denied };
}
