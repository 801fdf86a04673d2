import { descriptionOf, type Option } from './option.ts';
import { allOptions } from './table.ts';
import type { Schema } from './value-kind.ts';

/**
 * Returns config.schema.json, with which editors check and complete a config file. It uses draft-07, which all editors
 * support, and the option names of the command line. csv2ddb accepts every value that the schema accepts, except for
 * conflicts between options, and sizes and durations out of range.
 */
export function configSchema(): Schema {
  const named = allOptions().filter(([key]) => key !== 'config');
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:csv2ddb:config',
    title: 'csv2ddb config file',
    description: 'Options of csv2ddb, for --config. The command line and the environment override them.',
    type: 'object',
    properties: {
      $schema: { type: 'string', description: 'Path or URL of this schema, for editors.' },
      sources: {
        description: 'Sources to load if the command line names none: files, globs, URLs, or - for standard input.',
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
  const defaultText = option.kind.placeholder === undefined ? 'false' : option.default;
  return {
    description: descriptionOf(option),
    ...option.kind.schema,
    ...(defaultText === undefined ? {} : { default: toJson(defaultText) }),
  };
}

/** Converts a default to JSON. */
function toJson(text: string): string | number | boolean {
  if (text === 'false') return false;
  return /^\d+$/.test(text) ? Number(text) : text;
}
