import type { AttributeType } from '../load/settings.ts';
import { didYouMean } from './suggest.ts';
import { describeJson, isMap, quotesAdvice, ValueProblem, type ValueKind } from './value-kind.ts';

/**
 * Lists on the command line: parts between commas, pairs around a separator. A backslash before a comma, a
 * colon, an equals sign or a backslash takes its meaning away; before anything else it stands for itself, so
 * that `\N` needs no second one.
 */
const tokens = /\\[,:=\\]|[^]/g;

/** Each part in tokens: a character, or an escaped one with its backslash. */
function splitAtCommas(text: string): string[][] {
  const parts: string[][] = [[]];
  for (const token of text.match(tokens) ?? []) {
    if (token === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

const textOf = (part: readonly string[]): string => part.map((token) => token.at(-1)).join('');

/** A part as it is typed: what has a meaning in it is escaped. */
function escaped(part: string, separator = ''): string {
  return Array.from(part, (one) => (one === ',' || one === '\\' || one === separator ? `\\${one}` : one)).join('');
}

/** Parts between commas; in JSON a list. A part is never empty and never there twice. */
export function list(example: string): ValueKind<readonly string[]> {
  const readParts = (parts: readonly string[]): readonly string[] => {
    const seen = new Set<string>();
    for (const part of parts) {
      if (part === '') throw new ValueProblem(`has an empty part; it is a list like ${example}`);
      if (seen.has(part)) throw new ValueProblem(`has '${part}' twice`);
      seen.add(part);
    }
    return parts;
  };
  return {
    parse: (text) => readParts(splitAtCommas(text).map(textOf)),
    write(json) {
      if (typeof json === 'string') return json;
      return readTexts(json, example)
        .map((part) => escaped(part))
        .join(',');
    },
    schema: { type: 'array', items: { type: 'string', minLength: 1 }, minItems: 1, uniqueItems: true },
    placeholder: '<list>',
  };
}

/** Texts of a JSON list that has some. @throws ValueProblem */
export function readTexts(json: unknown, example: string): string[] {
  if (!Array.isArray(json)) throw new ValueProblem(`is ${describeJson(json)} where a list like [${example}] belongs`);
  if (json.length === 0) throw new ValueProblem('is an empty list: leave it out');
  return json.map(textWithin);
}

function textWithin(part: unknown): string {
  if (typeof part === 'string') return part;
  throw new ValueProblem(`has ${describeJson(part)} where a text belongs${quotesAdvice(part)}`);
}

/** How pairs are written: `age:N`. */
interface PairForm {
  readonly separator: ':' | '=';
  readonly example: string;
}

/** Pairs, cut at the last separator that no backslash stands before. */
function readPairs(text: string, { separator, example }: PairForm): [string, string][] {
  const found = new Map<string, string>();
  for (const part of splitAtCommas(text)) {
    const at = part.lastIndexOf(separator);
    const [left, right] = [textOf(part.slice(0, Math.max(at, 0))), textOf(part.slice(at + 1))];
    if (at === -1 || left === '' || right === '') {
      throw new ValueProblem(`has '${textOf(part)}' where a pair like ${example} belongs`);
    }
    if (found.has(left)) throw new ValueProblem(`names the column '${left}' twice`);
    found.set(left, right);
  }
  return [...found];
}

function writePairs(json: unknown, { separator, example }: PairForm): string {
  if (typeof json === 'string') return json;
  const like = example.replace(separator, ': ');
  if (!isMap(json)) throw new ValueProblem(`is ${describeJson(json)} where a map like {${like}} belongs`);
  const pairs = Object.entries(json);
  if (pairs.length === 0) throw new ValueProblem('is an empty map: leave it out');
  const write = ([column, value]: [string, unknown]): string => {
    if (typeof value !== 'string') {
      throw new ValueProblem(`has for '${column}' ${describeJson(value)} where a text belongs${quotesAdvice(value)}`);
    }
    if (column === '' || value === '') throw new ValueProblem(`has an empty name; it is a map like {${like}}`);
    return `${escaped(column, separator)}${separator}${escaped(value, separator)}`;
  };
  return pairs.map(write).join(',');
}

const attributeTypes: readonly AttributeType[] = ['S', 'N', 'BOOL', 'NULL', 'B'];
/** Pairs of a column and something of it; in JSON a map. */
function pairs<T>(form: PairForm, right: object, read: (found: readonly [string, string][]) => T): ValueKind<T> {
  return {
    parse: (text) => read(readPairs(text, form)),
    write: (json) => writePairs(json, form),
    schema: { type: 'object', propertyNames: { minLength: 1 }, additionalProperties: right, minProperties: 1 },
    placeholder: '<list>',
  };
}

/** `age:N,zip:S`; in JSON a map from column to type. */
export const columnTypes = pairs<ReadonlyMap<string, AttributeType>>(
  { separator: ':', example: 'age:N' },
  { enum: attributeTypes },
  (found) =>
    new Map(
      found.map(([column, name]) => {
        const type = attributeTypes.find((known) => known === name);
        if (type !== undefined) return [column, type];
        const meant = didYouMean(name, attributeTypes);
        throw new ValueProblem(
          `gives column '${column}' the type '${name}'; types are ${attributeTypes.join(', ')}${meant}`,
        );
      }),
    ),
);

/** `old=new,…`, column to attribute name; in JSON a map. */
export const renames = pairs<ReadonlyMap<string, string>>(
  { separator: '=', example: 'old=new' },
  { type: 'string', minLength: 1 },
  (found) => {
    const attributes = new Set<string>();
    for (const [, attribute] of found) {
      if (attributes.has(attribute)) throw new ValueProblem(`gives two columns the name '${attribute}'`);
      attributes.add(attribute);
    }
    return new Map(found);
  },
);
