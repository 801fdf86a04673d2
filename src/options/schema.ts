import type { Option } from './option.ts';
import { allOptions } from './table.ts';
import type { Schema } from './value-kind.ts';

/**
 * config.schema.json: what editors check and complete a config file by. Draft-07, which all of them know. Options have
 * the one name that they have on the command line. All that it accepts is accepted; what contradicts itself from one
 * option to the other, and limits of sizes and durations that are texts, it does not see.
 */
export function configSchema(): Schema {
  const named = allOptions().filter(([key]) => key !== 'config');
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:csv2ddb:config',
    title: 'csv2ddb config file',
    description: 'Options of csv2ddb, for --config. Command line and environment win over it.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'Path or URL of this schema, for editors.' },
      sources: {
        description:
          'What to load where no source is named on the command line: files, patterns, URLs, - for standard input',
        type: 'array',
        items: { type: 'string', minLength: 1, pattern: '^[^\\u0000]*$' },
        minItems: 1,
      },
      ...Object.fromEntries(named.map(([, option]) => [option.name, optionSchema(option)])),
    },
    additionalProperties: false,
  };
}

function optionSchema(option: Option<unknown>): Schema {
  const standard = option.kind.placeholder === undefined ? 'false' : option.default;
  return {
    description: option.help,
    ...option.kind.schema,
    ...(standard === undefined ? {} : { default: asJson(standard) }),
  };
}

/** A default as a config file would have it. */
function asJson(text: string): string | number | boolean {
  if (text === 'false') return false;
  return /^\d+$/.test(text) ? Number(text) : text;
}
