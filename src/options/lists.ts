import type { AttributeType } from './settings.ts';
import { ValueProblem, type Parser } from './values.ts';

/**
 * Lists on the command line: parts between commas, pairs around a separator. A backslash before a comma, a
 * colon, an equals sign or a backslash takes its meaning away; before anything else it stands for itself, so
 * that `\N` needs no second one.
 */
const escapable = new Set([',', ':', '=', '\\']);

/** One character, and whether a backslash stood before it. */
interface Character {
  readonly text: string;
  readonly escaped: boolean;
}

function readEscapes(text: string): Character[] {
  const characters: Character[] = [];
  for (let i = 0; i < text.length; i++) {
    const next = text[i + 1];
    const escaped = text[i] === '\\' && next !== undefined && escapable.has(next);
    characters.push(escaped ? { text: next, escaped } : { text: text.charAt(i), escaped });
    if (escaped) i++;
  }
  return characters;
}

function splitAtCommas(text: string): Character[][] {
  const parts: Character[][] = [[]];
  for (const character of readEscapes(text)) {
    if (character.text === ',' && !character.escaped) parts.push([]);
    else parts.at(-1)?.push(character);
  }
  return parts;
}

const textOf = (characters: readonly Character[]): string => characters.map((character) => character.text).join('');

/** @throws ValueProblem for an empty part and for one that is there twice. */
export function list(example: string): Parser<readonly string[]> {
  return (text) => {
    const parts = splitAtCommas(text).map(textOf);
    for (const [index, part] of parts.entries()) {
      if (part === '') throw new ValueProblem(`has an empty part; it is a list like ${example}`);
      if (parts.indexOf(part) < index) throw new ValueProblem(`has '${part}' twice`);
    }
    return parts;
  };
}

/** Pairs, cut at the last separator that no backslash stands before. */
function pairs(text: string, separator: string, example: string): [string, string][] {
  const found = new Map<string, string>();
  for (const part of splitAtCommas(text)) {
    const at = part.findLastIndex((character) => character.text === separator && !character.escaped);
    const [left, right] = [textOf(part.slice(0, Math.max(at, 0))), textOf(part.slice(at + 1))];
    if (at === -1 || left === '' || right === '') {
      throw new ValueProblem(`has '${textOf(part)}' where a pair like ${example} belongs`);
    }
    if (found.has(left)) throw new ValueProblem(`names the column '${left}' twice`);
    found.set(left, right);
  }
  return [...found];
}

const attributeTypes: readonly AttributeType[] = ['S', 'N', 'BOOL', 'NULL', 'B'];

/** `age:N,zip:S` */
export function columnTypes(text: string): ReadonlyMap<string, AttributeType> {
  return new Map(
    pairs(text, ':', 'age:N').map(([column, name]) => {
      const type = attributeTypes.find((known) => known === name);
      if (type !== undefined) return [column, type];
      throw new ValueProblem(`gives column '${column}' the type '${name}'; types are ${attributeTypes.join(', ')}`);
    }),
  );
}

/** `old=new,…`: column to attribute name. */
export function renames(text: string): ReadonlyMap<string, string> {
  const found = pairs(text, '=', 'old=new');
  const attributes = new Set<string>();
  for (const [, attribute] of found) {
    if (attributes.has(attribute)) throw new ValueProblem(`gives two columns the name '${attribute}'`);
    attributes.add(attribute);
  }
  return new Map(found);
}
