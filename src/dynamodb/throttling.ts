/** Why a request was throttled, as far as the answer says. */
export interface ThrottledBy {
  /** In few words, to follow "throttled by". */
  readonly words: string;
  /** Nothing but the partitions of these items is at its limit: the table takes others. */
  readonly isHotPartition: boolean;
}

/** `Table` or `Index`, the operation, and what is exceeded (DynamoDB Developer Guide, "Diagnosing throttling"). */
const shape = /^(Table|Index)(?:Read|Write)([A-Za-z]+)Exceeded$/;

const limits: ReadonlyMap<string, string> = new Map([
  ['KeyRangeThroughput', 'a hot partition of '],
  ['MaxOnDemandThroughput', 'the maximum throughput of '],
  ['AccountLimit', "the account's limit for "],
  ['ProvisionedThroughput', ''],
]);

/**
 * Reads `ThrottlingReasons`, as the two exceptions call it, or `throttlingReasons`, as ThrottlingException does.
 * @param reasons `[{ reason, resource }]`, as it came; anything else is no reason.
 */
export function readThrottlingReasons(reasons: unknown): ThrottledBy | undefined {
  if (!Array.isArray(reasons)) return undefined;
  const words = new Set<string>();
  let isHotPartition = true;
  for (const one of reasons as ({ reason?: unknown; resource?: unknown } | null)[]) {
    const { reason, resource } = one ?? {};
    if (typeof reason !== 'string') continue;
    const [, place, limit = ''] = shape.exec(reason) ?? [];
    isHotPartition &&= limit === 'KeyRangeThroughput';
    words.add(place === undefined ? reason : `${limits.get(limit) ?? ''}${nameOf(place, resource)}`);
  }
  return words.size === 0 ? undefined : { words: [...words].join(', '), isHotPartition };
}

/** @param resource ARN: `…:table/people/index/by_email`. */
function nameOf(place: string, resource: unknown): string {
  if (place === 'Table') return 'the table';
  const name = typeof resource === 'string' ? /\/index\/([\w.-]+)$/.exec(resource)?.[1] : undefined;
  return name === undefined ? 'an index' : `index ${name}`;
}
