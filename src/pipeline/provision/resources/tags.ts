import type { Mark } from '../resource.ts';

/** The tag that says whose a resource is. Its key is the pipeline's: a table may be of several. */
export function tagList(base: string, mark: Exclude<Mark, 'none'>): { Key: string; Value: string }[] {
  return [{ Key: base, Value: mark }];
}

/** The same, for the services that take tags as a map. */
export function tagMap(base: string, mark: Exclude<Mark, 'none'>): Record<string, string> {
  return { [base]: mark };
}

/** @param value of the tag with the pipeline's key */
export function markOf(value: string | undefined): Mark {
  return value === 'made' || value === 'adopted' ? value : 'none';
}

/** The same of a list, whatever the service calls its fields. */
export function markIn(
  base: string,
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = [],
): Mark {
  return markOf(tags.find(({ Key: key }) => key === base)?.Value);
}
