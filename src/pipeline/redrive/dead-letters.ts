import { parseMessage, type ParsedMessage } from '../queue/messages.ts';
import type { SqsQueue } from '../queue/sqs-queue.ts';

/** The result of sending dead letters again. */
export interface ResentDeadLetters {
  /** Number of messages sent to the queue. */
  readonly sent: number;
  /** Number of messages of other programs or pipelines, which stay in the dead-letter queue. */
  readonly foreign: number;
  /** Keys of the objects that the messages name. */
  readonly keys: ReadonlySet<string>;
}

/** Time for which received messages are hidden: foreign ones are visible again after it. */
const visibilityMs = 60_000;
const waitMs = 1_000;
/** SQS updates its counts within about a minute, so at least this many messages are received, whatever it counts. */
const minReceives = 10;

/**
 * Sends dead letters to the queue again: receive, send, delete, in this order, so that none is lost. Ends when no more messages
 * arrive, or after as many as there were at first, so that messages that fail again do not circulate.
 * @param bucket bucket of the pipeline: events of other buckets are foreign
 */
export async function resendDeadLetters(
  deadLetters: SqsQueue,
  queue: SqsQueue,
  bucket: string,
): Promise<ResentDeadLetters> {
  const maxReceives = Math.max(minReceives, (await deadLetters.depth()).visible);
  const { signal } = new AbortController();
  const keys = new Set<string>();
  const foreignIds = new Set<string>();
  let [received, sent] = [0, 0];
  while (received < maxReceives) {
    const letters = await deadLetters.receive(maxReceives - received, visibilityMs, waitMs, signal);
    if (letters.length === 0) break;
    for (const { id, receiptHandle, body } of letters) {
      received++;
      const message = parseMessage(body);
      const messageKeys = readKeys(message, bucket);
      if (messageKeys === undefined) {
        foreignIds.add(id);
        continue;
      }
      await ('job' in message ? queue.send(message, 0) : queue.sendText(body));
      await deadLetters.delete(receiptHandle);
      for (const key of messageKeys) keys.add(key);
      sent++;
    }
  }
  return { sent, foreign: foreignIds.size, keys };
}

/** Returns the keys that a message names; undefined for a foreign message. */
function readKeys(message: ParsedMessage, bucket: string): readonly string[] | undefined {
  if ('alien' in message) return undefined;
  if ('nothing' in message) return [];
  if ('job' in message) return [message.key];
  return message.put.every((object) => object.bucket === bucket) ? message.put.map(({ key }) => key) : undefined;
}
