import type { Handled, Handler } from './handler.ts';
import { read } from '../queue/messages.ts';
import type { Terms } from './task-lease.ts';

/** What a message came to. */
export type Delivered =
  /** It is done with: to be deleted. One for each key or task that it named; none where it asked for nothing. */
  | { readonly kind: 'handled'; readonly handled: readonly Handled[]; readonly note: string | undefined }
  /** It is none of ours: to be given back at once, until it is a dead letter. */
  | { readonly kind: 'alien'; readonly why: string };

/**
 * Does what a message says, to the end or until `terms` say that the time is over; then a message that goes on is on its way.
 * @param bucket the pipeline's: events of another one are alien.
 * @throws where nothing can be said now: the message is to come back.
 */
export async function deliver(handler: Handler, bucket: string, body: string, terms: Terms): Promise<Delivered> {
  const said = read(body);
  if ('alien' in said) return { kind: 'alien', why: said.alien };
  if ('nothing' in said) return { kind: 'handled', handled: [], note: said.nothing };
  if ('job' in said) return { kind: 'handled', handled: [await handler.goOn(said, terms)], note: undefined };
  const foreign = said.put.find((one) => one.bucket !== bucket);
  if (foreign !== undefined) return { kind: 'alien', why: `it is about the bucket ${foreign.bucket}` };
  const handled: Handled[] = [];
  for (const { key } of said.put) handled.push(await handler.put(key, terms));
  return { kind: 'handled', handled, note: undefined };
}
