import { comesBackMs, deliver } from '../jobs/handle-message.ts';
import type { Pipeline } from '../jobs/open-loader.ts';
import type { Received } from '../queue/sqs-queue.ts';
import type { Terms } from '../jobs/task-lease.ts';
import { Refusals, type Message } from '../jobs/log.ts';

/** A lease, and for how long a message is nobody else's: whoever dies makes the others wait no longer. */
export const leaseMs = 60_000;
/** So often both are made longer; a checkpoint goes with it. */
export const beatMs = 20_000;

/** SQS Developer Guide, "Visibility timeout": a message is invisible for 12 hours at most; before that it is handed on. */
const longestMs = 11 * 60 * 60 * 1000;

/** Where no dead-letter queue takes a message that is none of ours: from so many receives on it is not given back at once. */
const mostReceivesAtOnce = 10;
const slowlyMs = 300_000;

/** Deals with a message, and keeps it from others meanwhile. Never throws: what goes wrong is told. */
export async function takeInHand(
  { handler, queue, settings, clock }: Pipeline,
  { id, receipt, body, receives }: Received,
  stop: AbortSignal,
): Promise<Message> {
  const startMs = clock.elapsedMs();
  const refusals = new Refusals();
  /** What cannot be hidden comes back sooner: its task has a lease. */
  const hide = (ms: number): Promise<void> => refusals.watch(queue.hide(receipt, ms));
  let cancelBeat = (): void => undefined;
  const beat = (): void => {
    cancelBeat = clock.after(beatMs, () => {
      void hide(leaseMs);
      beat();
    });
  };
  beat();
  const handOn = new AbortController();
  const cancelHandOn = clock.after(longestMs, () => {
    handOn.abort();
  });
  const terms: Terms = { stop: AbortSignal.any([stop, handOn.signal]), leaseMs: () => leaseMs };
  const outcome = await deliver(handler, settings.bucket, body, terms);
  cancelBeat();
  cancelHandOn();
  // What is not deleted comes back, and changes nothing.
  if (outcome.kind === 'handled') await refusals.watch(queue.delete(receipt));
  else if (outcome.kind === 'failed') await hide(comesBackMs);
  else await hide(receives < mostReceivesAtOnce ? 0 : slowlyMs);
  const seconds = Math.round(clock.elapsedMs() - startMs) / 1000;
  return { id, receives, seconds, outcome, denied: refusals.denied };
}
