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
 * @returns in few words, to follow "throttled by".
 */
export function readThrottlingReasons(reasons: unknown): string | undefined {
  if (!Array.isArray(reasons)) return undefined;
  const words = new Set<string>();
  for (const one of reasons as ({ reason?: unknown; resource?: unknown } | null)[]) {
    const { reason, resource } = one ?? {};
    if (typeof reason !== 'string') continue;
    const [, place, limit = ''] = shape.exec(reason) ?? [];
    words.add(place === undefined ? reason : `${limits.get(limit) ?? ''}${nameOf(place, resource)}`);
  }
  return words.size === 0 ? undefined : [...words].join(', ');
}

/** @param resource ARN: `…:table/people/index/by_email`. */
function nameOf(place: string, resource: unknown): string {
  if (place === 'Table') return 'the table';
  const name = typeof resource === 'string' ? /\/index\/([\w.-]+)$/.exec(resource)?.[1] : undefined;
  return name === undefined ? 'an index' : `index ${name}`;
}
