import type { Mark } from '../resource.ts';

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/**
 * The tag that says whose a part is. Its key is the pipeline's: a table may be of several.
 * @param base what the pipeline's names begin with
 */
export function tagOf(base: string, mark: 'made' | 'adopted'): Tag {
  return { key: base, value: mark };
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

/** As most services take tags. */
export function tagList(base: string, mark: 'made' | 'adopted'): { Key: string; Value: string }[] {
  const { key, value } = tagOf(base, mark);
  return [{ Key: key, Value: value }];
}

/** As the others do. */
export function tagMap(base: string, mark: 'made' | 'adopted'): Record<string, string> {
  const { key, value } = tagOf(base, mark);
  return { [key]: value };
}
