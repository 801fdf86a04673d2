import { decode, encode } from '@jridgewell/sourcemap-codec';

/**
 * Returns a source map without the sources of packages: they are most of its size, and a bug is rarely in them.
 * @param {Uint8Array} contents a source map as JSON
 */
export function keepOwnSources(contents) {
  const map = /** @type {{ sources: string[], names: string[], mappings: string }} */ (
    JSON.parse(Buffer.from(contents).toString())
  );
  const own = map.sources.filter((source) => !source.includes('node_modules/'));
  const newIndexes = map.sources.map((source) => own.indexOf(source));
  const lines = decode(map.mappings).map((segments) => {
    let isInPackage = true;
    return segments.flatMap((segment) => {
      const [column, source = -1, line = 0, sourceColumn = 0] = segment;
      const index = newIndexes[source] ?? -1;
      const wasInPackage = isInPackage;
      isInPackage = index === -1;
      if (!isInPackage) return [/** @type {[number, number, number, number]} */ ([column, index, line, sourceColumn])];
      // Ends the segment before. Otherwise, its source would include the package.
      return wasInPackage ? [] : [/** @type {[number]} */ ([column])];
    });
  });
  return JSON.stringify({ ...map, sources: own, names: [], mappings: encode(lines) });
}
