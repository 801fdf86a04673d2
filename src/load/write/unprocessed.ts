import type { Entry } from '../order/entry.ts';

const none: ReadonlySet<Entry> = new Set();

/**
 * Finds the entries of a batch whose items a response lists as unprocessed.
 * @param keyOf the `key` of an item in DynamoDB JSON; undefined if it has none.
 * @returns undefined if the response lists an item that was not sent.
 */
export function findUnprocessed(
  batch: readonly Entry[],
  items: readonly Record<string, unknown>[],
  keyOf: (item: Record<string, unknown>) => string | undefined,
): ReadonlySet<Entry> | undefined {
  if (items.length === 0) return none;
  const unprocessed = new Set<Entry>();
  const byKey = new Map(batch.map((entry) => [entry.key, entry]));
  for (const item of items) {
    const entry = byKey.get(keyOf(item) ?? '');
    if (entry === undefined) return undefined;
    unprocessed.add(entry);
  }
  return unprocessed;
}
