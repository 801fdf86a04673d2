import type { HandledTask, Handler } from './handler.ts';
import { parseMessage } from '../queue/messages.ts';
import type { LeaseTerms } from './task-lease.ts';

/** The outcome of a message. */
export type MessageOutcome =
  /** Delete the message. `handled` has an entry for each key or task that it names; `note` says why it needs no work. */
  | { readonly kind: 'handled'; readonly handled: readonly HandledTask[]; readonly note: string | undefined }
  /** The message is not for this pipeline. Return it to the queue until it becomes a dead letter. */
  | { readonly kind: 'alien'; readonly why: string }
  /** Return the message to the queue, to be retried after `retryAfterMs`. */
  | { readonly kind: 'failed'; readonly error: unknown };

export const retryAfterMs = 60_000;

/**
 * Handles a message until its work is done or `terms` stop it. If it is stopped, another message to continue has been sent.
 * @param bucket The pipeline's bucket. Events about other buckets are alien.
 */
export async function handleMessage(
  handler: Handler,
  bucket: string,
  body: string,
  terms: LeaseTerms,
): Promise<MessageOutcome> {
  const content = parseMessage(body);
  if ('alien' in content) return { kind: 'alien', why: content.alien };
  if ('nothing' in content) return { kind: 'handled', handled: [], note: content.nothing };
  const foreign = 'put' in content ? content.put.find((object) => object.bucket !== bucket) : undefined;
  if (foreign !== undefined) return { kind: 'alien', why: `it is about a different bucket: ${foreign.bucket}` };
  const handled: HandledTask[] = [];
  try {
    if ('job' in content) handled.push(await handler.handleTask(content, terms));
    else for (const { key } of content.put) handled.push(await handler.handleObject(key, terms));
  } catch (error) {
    return { kind: 'failed', error };
  }
  return { kind: 'handled', handled, note: undefined };
}
