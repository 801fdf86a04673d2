import { decode, encode } from '@jridgewell/sourcemap-codec';
import { parseJson } from './json.mjs';

/**
 * Returns a source map without the sources of packages: they are most of its size, and a bug is rarely in them.
 * @param {Uint8Array} contents a source map as JSON
 */
export function keepOwnSources(contents) {
  const map = /** @type {{ sources: string[], names: string[], mappings: string }} */ (
    parseJson(Buffer.from(contents).toString())
  );
  const own = map.sources.filter((source) => !source.includes('node_modules/'));
  const newIndexes = map.sources.map((source) => own.indexOf(source));
  const lines = decode(map.mappings).map((segments) => {
    let isInPackage = true;
    return segments.flatMap(([column, source = -1, line = 0, sourceColumn = 0]) => {
      const index = newIndexes[source] ?? -1;
      const wasInPackage = isInPackage;
      isInPackage = index === -1;
      /** @type {import('@jridgewell/sourcemap-codec').SourceMapSegment[]} */
      const kept = [];
      if (!isInPackage) kept.push([column, index, line, sourceColumn]);
      // Ends the segment before. Otherwise, it would reach into the package.
      else if (!wasInPackage) kept.push([column]);
      return kept;
    });
  });
  // The empty line is for Node, which misreads a map that ends with the end of a segment.
  return JSON.stringify({ ...map, sources: own, names: [], mappings: encode([...lines, []]) });
}
