import { head } from './section.mjs';
import { grouped } from './table.mjs';

/**
 * @param {NonNullable<import('./results.mjs').Results['dialects']>} result
 * @returns {import('./section.mjs').Section}
 */
export function dialectsSection(result) {
  return {
    ...head('dialects', 'Reading dialects, without a load', result),
    heads: ['options', 'byte reader, records/CPU s', 'csv-parse', 'ratio'],
    rows: result.speeds.map(({ options, byteReader, csvParse }) => [
      options,
      grouped(byteReader),
      csvParse === undefined ? '' : grouped(csvParse),
      csvParse === undefined ? '' : (byteReader / csvParse).toFixed(1),
    ]),
    notes: [`Medians of ${result.rounds}. Records have about 100 bytes. csv-parse lacks the last three options.`],
  };
}
