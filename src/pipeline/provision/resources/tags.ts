import type { Ownership } from '../resource.ts';

/** Returns the tag of a resource. Its key contains the name of the pipeline, because pipelines can share a table. */
export function tagList(base: string, value: Exclude<Ownership, 'none'>): { Key: string; Value: string }[] {
  return [{ Key: base, Value: value }];
}

/** Returns the same tag for services that take a map. */
export function tagMap(base: string, value: Exclude<Ownership, 'none'>): Record<string, string> {
  return { [base]: value };
}

/** @param value of the pipeline's tag */
export function parseOwnership(value: string | undefined): Ownership {
  return value === 'made' || value === 'adopted' ? value : 'none';
}

/** Returns the ownership from a list of tags. */
export function findOwnership(
  base: string,
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Ownership {
  return parseOwnership(tags.find(({ Key: key }) => key === base)?.Value);
}
