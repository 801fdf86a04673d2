import type { Entry } from '../order/entry.ts';

const nothing: ReadonlySet<Entry> = new Set();

/**
 * The entries of a batch that an answer gives back as unprocessed.
 * @param keyOf the `key` of an item as an answer holds it; undefined where it has none.
 * @returns undefined where the answer gives back an item that was not sent.
 */
export function givenBack(
  batch: readonly Entry[],
  items: readonly Record<string, unknown>[],
  keyOf: (item: Record<string, unknown>) => string | undefined,
): ReadonlySet<Entry> | undefined {
  if (items.length === 0) return nothing;
  const left = new Set<Entry>();
  const byKey = new Map(batch.map((entry) => [entry.key, entry]));
  for (const item of items) {
    const entry = byKey.get(keyOf(item) ?? '');
    if (entry === undefined) return undefined;
    left.add(entry);
  }
  return left;
}
