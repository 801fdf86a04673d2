import { read, type Said } from '../queue/messages.ts';
import type { SqsQueue } from '../queue/sqs-queue.ts';

/** What became of the dead letters that were there. */
export interface DeadLetters {
  /** Sent to the queue again. */
  readonly sent: number;
  /** None of ours: they stay dead. */
  readonly alien: number;
  /** Of the objects that they were about. */
  readonly keys: ReadonlySet<string>;
}

/** For so long nobody else receives what is being sent again; what stays dead is seen again after it. */
const hiddenMs = 60_000;
const waitMs = 1_000;
/** SQS counts messages within a minute or so: so many are looked for where it counts none. */
const fewest = 10;

/**
 * Sends dead letters to the queue again: received, sent, deleted, in this order, so that none is lost. It ends when no more come, or
 * as many as there were at first: what dies again is not sent in a circle.
 * @param bucket the pipeline's: events of another one are none of ours.
 */
export async function sendDeadLettersAgain(
  deadLetters: SqsQueue,
  queue: SqsQueue,
  bucket: string,
): Promise<DeadLetters> {
  const most = Math.max(fewest, (await deadLetters.depth()).visible);
  const keys = new Set<string>();
  const alien = new Set<string>();
  let [received, sent] = [0, 0];
  while (received < most) {
    const letters = await deadLetters.receive(most - received, hiddenMs, waitMs, new AbortController().signal);
    if (letters.length === 0) break;
    for (const { id, receiptHandle, body } of letters) {
      received++;
      const said = read(body);
      const about = keysIn(said, bucket);
      if (about === undefined) {
        alien.add(id);
        continue;
      }
      await ('job' in said ? queue.send(said, 0) : queue.sendText(body));
      await deadLetters.delete(receiptHandle);
      for (const key of about) keys.add(key);
      sent++;
    }
  }
  return { sent, alien: alien.size, keys };
}

/** Keys that a message is about; undefined for one that is none of ours. */
function keysIn(said: Said, bucket: string): readonly string[] | undefined {
  if ('alien' in said) return undefined;
  if ('nothing' in said) return [];
  if ('job' in said) return [said.key];
  return said.put.every((one) => one.bucket === bucket) ? said.put.map(({ key }) => key) : undefined;
}
