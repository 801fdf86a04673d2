import type { Handled, Handler } from './handler.ts';
import { read } from '../queue/messages.ts';
import type { Terms } from './task-lease.ts';

/** What a message came to. */
export type Delivered =
  /** It is done with: to be deleted. One for each key or task that it named; none where it asked for nothing. */
  | { readonly kind: 'handled'; readonly handled: readonly Handled[]; readonly note: string | undefined }
  /** It is none of ours: to be given back at once, until it is a dead letter. */
  | { readonly kind: 'alien'; readonly why: string }
  /** Nothing can be said now: it is to come back after `comesBackMs`. */
  | { readonly kind: 'failed'; readonly error: unknown };

export const comesBackMs = 60_000;

/**
 * Does what a message says, to the end or until `terms` say that the time is over; then a message that goes on is on its way.
 * @param bucket the pipeline's: events of another one are alien.
 */
export async function deliver(handler: Handler, bucket: string, body: string, terms: Terms): Promise<Delivered> {
  const said = read(body);
  if ('alien' in said) return { kind: 'alien', why: said.alien };
  if ('nothing' in said) return { kind: 'handled', handled: [], note: said.nothing };
  const foreign = 'put' in said ? said.put.find((one) => one.bucket !== bucket) : undefined;
  if (foreign !== undefined) return { kind: 'alien', why: `it is about the bucket ${foreign.bucket}` };
  const handled: Handled[] = [];
  try {
    if ('job' in said) handled.push(await handler.goOn(said, terms));
    else for (const { key } of said.put) handled.push(await handler.put(key, terms));
  } catch (error) {
    return { kind: 'failed', error };
  }
  return { kind: 'handled', handled, note: undefined };
}
