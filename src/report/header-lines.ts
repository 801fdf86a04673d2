import type { Summary } from '../load/summary.ts';
import { pluralize } from '../text/format.ts';

/** Different headers that are shown. */
const maxShownHeaders = 5;

/** Describes the line that each source had as its header. Equal headers of several sources share one text. */
export function describeHeaders({ sources, headers }: Pick<Summary, 'sources' | 'headers'>): string[] {
  const groups = new Map<string, { header: Summary['headers'][number]; count: number }>();
  for (const header of headers) {
    const key = `${header.line} ${header.text}`;
    groups.set(key, { header, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  const shown = [...groups.values()].slice(0, maxShownHeaders).map(({ header: { source, line, text }, count }) => {
    if (sources.length === 1) return `line ${line}: ${text}`;
    return `line ${line} of ${count === 1 ? source : pluralize(count, 'source')}: ${text}`;
  });
  const more = groups.size - shown.length;
  return more > 0 ? [...shown, `and ${pluralize(more, 'different header')} more`] : shown;
}
