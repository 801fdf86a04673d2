import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node, type YAMLMap } from 'yaml';
import { ConfigProblem } from './config-problem.ts';

/** A map from YAML or JSON, before validation. */
export interface YamlMap {
  readonly values: Readonly<Record<string, unknown>>;
  /** Returns the line of a key, from 1. */
  readonly lineOf: (key: string) => number | undefined;
}

/** Maximum aliases of a document: resolving each one searches the whole document. */
const maxAliases = 100;

/** Messages that replace those of the parser, by its error codes. */
const ownMessages: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'the config file contains more than one YAML document',
  NON_STRING_KEY: 'an option name must be a string, not a list, a map or an alias',
};

/**
 * Reads a map of options. Keys are strings, even `0123`. A value is null if YAML interprets it as a block or a comment
 * (`|`, `#`). A text without any content is an empty map.
 * @throws ConfigProblem
 */
export function readYamlMap(text: string): YamlMap {
  const lines = new LineCounter();
  const document: Document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // YAML 1.2 even if the text declares another version, with the types of JSON only: a date and `yes` are strings.
    schema: 'core',
    resolveKnownTags: false,
    stringKeys: true,
    // Checked below, with the line of the first key.
    uniqueKeys: false,
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [first] = [...document.errors, ...document.warnings];
  if (first !== undefined) {
    throw new ConfigProblem(ownMessages[first.code] ?? `invalid YAML: ${first.message}`, lineAt(first.pos[0]));
  }
  const lineOf = (node: Node): number => lineAt(node.range?.[0] ?? 0);
  checkNodes(document, lineOf);
  // An alias becomes a reference to the same object, and their number is checked above: no limit is needed here.
  const values: unknown = document.toJS({ maxAliasCount: -1 });
  const root: unknown = document.contents;
  if (!isMap(root) && values !== null)
    throw new ConfigProblem('the config file must contain option names and values, like table: people');
  const lineOfKey = isMap(root) ? linesOfKeys(root, lineOf) : new Map<string, number>();
  return { values: (values ?? {}) as YamlMap['values'], lineOf: (key) => lineOfKey.get(key) };
}

/** Checks what the conversion to JSON ignores, and sets empty blocks to null. @throws ConfigProblem */
function checkNodes(document: Document, lineOf: (node: Node) => number): void {
  let aliases = 0;
  visit(document, {
    Alias(_, alias) {
      aliases++;
      if (aliases > maxAliases) {
        throw new ConfigProblem(`the config file has more than ${maxAliases} aliases`);
      }
      if (alias.resolve(document) !== undefined) return;
      throw new ConfigProblem(`*${alias.source} is not defined: put it in quotes if it is a string`, lineOf(alias));
    },
    Map(_, map) {
      linesOfKeys(map, lineOf);
    },
    Scalar(role, scalar) {
      if (role !== 'key' && scalar.value === '' && scalar.type?.startsWith('BLOCK') === true) scalar.value = null;
    },
  });
}

/** Returns the line of each key. @throws ConfigProblem if a key appears twice */
function linesOfKeys(map: YAMLMap, lineOf: (node: Node) => number): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const { key } of map.items) {
    if (!isScalar<string>(key)) continue;
    const earlier = lines.get(key.value);
    if (earlier !== undefined) {
      throw new ConfigProblem(`'${key.value}' appears twice, first on line ${earlier}`, lineOf(key));
    }
    lines.set(key.value, lineOf(key));
  }
  return lines;
}
