/** `Table` or `Index`, the operation, and the exceeded limit (DynamoDB Developer Guide, "Diagnosing throttling"). */
const shape = /^(Table|Index)(?:Read|Write)([A-Za-z]+)Exceeded$/;

const limits: ReadonlyMap<string, string> = new Map([
  ['KeyRangeThroughput', 'a hot partition of '],
  ['MaxOnDemandThroughput', 'the maximum throughput of '],
  ['AccountLimit', "the account's limit for "],
  ['ProvisionedThroughput', ''],
]);

/**
 * Describes the throttling reasons of an error, in words that follow "throttled by".
 * @param reasons `ThrottlingReasons` or `throttlingReasons` of the error: `[{ reason, resource }]`
 * @returns undefined if there is no valid reason
 */
export function describeThrottlingReasons(reasons: unknown): string | undefined {
  if (!Array.isArray(reasons)) return undefined;
  const words = new Set<string>();
  for (const one of reasons as ({ reason?: unknown; resource?: unknown } | null)[]) {
    const { reason, resource } = one ?? {};
    if (typeof reason !== 'string') continue;
    const [, place, limit = ''] = shape.exec(reason) ?? [];
    words.add(place === undefined ? reason : `${limits.get(limit) ?? ''}${getResourceName(place, resource)}`);
  }
  return words.size === 0 ? undefined : [...words].join(', ');
}

/** Names the table or index. @param resource ARN like `…:table/people/index/by_email` */
function getResourceName(place: string, resource: unknown): string {
  if (place === 'Table') return 'the table';
  const name = typeof resource === 'string' ? /\/index\/([\w.-]+)$/.exec(resource)?.[1] : undefined;
  return name === undefined ? 'an index' : `index ${name}`;
}
