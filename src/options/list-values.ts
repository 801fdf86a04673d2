import type { AttributeType } from '../load/settings.ts';
import { didYouMean } from './suggest.ts';
import { describeJson, isMap, quotesAdvice, ValueProblem, type ValueKind } from './value-kind.ts';

/**
 * Tokens of a list on the command line: a character, or an escaped one with its backslash. A backslash escapes a comma,
 * a colon, an equals sign or a backslash. Before other characters it is literal, so that `\N` needs no second backslash.
 */
const tokens = /\\[,:=\\]|[^]/g;

/** Splits a list into elements, each an array of tokens. */
function splitAtCommas(text: string): string[][] {
  const parts: string[][] = [[]];
  for (const token of text.match(tokens) ?? []) {
    if (token === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

const textOf = (part: readonly string[]): string => part.map((token) => token.at(-1)).join('');

/** Escapes an element as a user would type it. */
function escapeElement(element: string, separator = ''): string {
  return Array.from(element, (char) => (char === ',' || char === '\\' || char === separator ? `\\${char}` : char)).join(
    '',
  );
}

/** Unique, non-empty elements between commas; in JSON, a list. */
export function list(example: string): ValueKind<readonly string[]> {
  const checkElements = (elements: readonly string[]): readonly string[] => {
    const seen = new Set<string>();
    for (const element of elements) {
      if (element === '') throw new ValueProblem(`contains an empty element: write a list like ${example}`);
      if (seen.has(element)) throw new ValueProblem(`contains '${element}' twice`);
      seen.add(element);
    }
    return elements;
  };
  return {
    parse: (text) => checkElements(splitAtCommas(text).map(textOf)),
    write(json) {
      if (typeof json === 'string') return json;
      return readStrings(json, example)
        .map((element) => escapeElement(element))
        .join(',');
    },
    schema: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, uniqueItems: true },
    placeholder: '<list>',
  };
}

/** Checks that JSON is a non-empty list of strings. @throws ValueProblem */
export function readStrings(json: unknown, example: string): string[] {
  if (!Array.isArray(json)) throw new ValueProblem(`must be a list like [${example}], not ${describeJson(json)}`);
  if (json.length === 0) throw new ValueProblem('must not be an empty list: omit the option');
  return json.map(readString);
}

function readString(element: unknown): string {
  if (typeof element === 'string') return element;
  throw new ValueProblem(`contains ${describeJson(element)} instead of a string${quotesAdvice(element)}`);
}

/** The form of a pair, like `age:N`. */
interface PairForm {
  readonly separator: ':' | '=';
  readonly example: string;
}

/** Splits each pair at its last separator that is not escaped. */
function readPairs(text: string, { separator, example }: PairForm): [string, string][] {
  const found = new Map<string, string>();
  for (const part of splitAtCommas(text)) {
    const at = part.lastIndexOf(separator);
    const [left, right] = [textOf(part.slice(0, Math.max(at, 0))), textOf(part.slice(at + 1))];
    if (at === -1 || left === '' || right === '') {
      throw new ValueProblem(`contains '${textOf(part)}', which is not a pair like ${example}`);
    }
    if (found.has(left)) throw new ValueProblem(`names column '${left}' twice`);
    found.set(left, right);
  }
  return [...found];
}

function writePairs(json: unknown, { separator, example }: PairForm): string {
  if (typeof json === 'string') return json;
  const mapExample = `{${example.replace(separator, ': ')}}`;
  if (!isMap(json)) throw new ValueProblem(`must be a map like ${mapExample}, not ${describeJson(json)}`);
  const pairs = Object.entries(json);
  if (pairs.length === 0) throw new ValueProblem('must not be an empty map: omit the option');
  const write = ([column, value]: [string, unknown]): string => {
    if (typeof value !== 'string') {
      throw new ValueProblem(`must map '${column}' to a string, not ${describeJson(value)}${quotesAdvice(value)}`);
    }
    if (column === '' || value === '') throw new ValueProblem(`contains an empty name: write a map like ${mapExample}`);
    return `${escapeElement(column, separator)}${separator}${escapeElement(value, separator)}`;
  };
  return pairs.map(write).join(',');
}

const attributeTypes: readonly AttributeType[] = ['S', 'N', 'BOOL', 'NULL', 'B'];
/** Pairs of a column and a property of it; in JSON, a map. */
function pairs<T>(
  form: PairForm,
  valueSchema: object,
  convert: (pairs: readonly [string, string][]) => T,
): ValueKind<T> {
  return {
    parse: (text) => convert(readPairs(text, form)),
    write: (json) => writePairs(json, form),
    schema: { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: valueSchema, minProperties: 1 },
    placeholder: '<list>',
  };
}

/** Column to type, like `age:N,zip:S`. */
export const columnTypes = pairs<ReadonlyMap<string, AttributeType>>(
  { separator: ':', example: 'age:N' },
  { enum: attributeTypes },
  (found) =>
    new Map(
      found.map(([column, name]) => {
        const type = attributeTypes.find((known) => known === name);
        if (type !== undefined) return [column, type];
        const suggestion = didYouMean(name, attributeTypes);
        throw new ValueProblem(
          `gives column '${column}' the unknown type '${name}': use ${attributeTypes.join(', ')}${suggestion}`,
        );
      }),
    ),
);

/** Column to attribute name, like `old=new`. */
export const renames = pairs<ReadonlyMap<string, string>>(
  { separator: '=', example: 'old=new' },
  { type: 'string', minLength: 1 },
  (found) => {
    const attributes = new Set<string>();
    for (const [, attribute] of found) {
      if (attributes.has(attribute)) throw new ValueProblem(`renames two columns to '${attribute}'`);
      attributes.add(attribute);
    }
    return new Map(found);
  },
);
