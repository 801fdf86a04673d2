import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Returns a stack with the files and lines of the sources instead of those of the bundle. It reads the source maps only
 * now, because Node with source maps enabled reads one for every file that it loads, which slows each start.
 */
export function toSourceStack(stack: string): string {
  return stack.replaceAll(
    /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g,
    (place, url: string, line: string, column: string) => {
      return findSource(url, Number(line), Number(column)) ?? place;
    },
  );
}

/** Returns `src/load/load.ts:12:3`; undefined if the place belongs to a package or the file has no source map. */
function findSource(url: string, line: number, column: number): string | undefined {
  try {
    const payload = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')) as SourceMapPayload;
    // Numbers start at 0 in a source map, and at 1 in a stack.
    const entry = new SourceMap(payload).findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || (entry.originalSource as string | undefined) === undefined) return undefined;
    const file = entry.originalSource.replace(/^(\.\.\/)+/, '');
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  } catch {
    // A bug report without sources is better than none.
    return undefined;
  }
}
