import { isMap, isScalar, LineCounter, parseDocument, visit, type Document, type Node, type YAMLMap } from 'yaml';
import { ConfigProblem } from './config-problem.ts';

/** A map as a YAML (or JSON) text has it, not judged yet. */
export interface YamlMap {
  readonly values: Readonly<Record<string, unknown>>;
  /** Line of a key, from 1. */
  readonly lineOf: (key: string) => number | undefined;
}

/** As many aliases as a document may have: each is looked for in all of it. */
const maxAliases = 100;

/** What the user gets in place of the parser's words. */
const ownWords: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'it holds several documents, and one is meant',
  NON_STRING_KEY: 'a list, a map or an alias stands where a name belongs',
};

/**
 * Reads a map of options. A key is what stands there, `0123` too. A value that is empty because YAML has a use for what
 * was meant (`|`, `#`) is null. A text without anything but comments is an empty map.
 * @throws ConfigProblem
 */
export function readYamlMap(text: string): YamlMap {
  const lines = new LineCounter();
  const document: Document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // YAML 1.2 whatever the text says, without types that JSON does not have: a date and `yes` are texts.
    schema: 'core',
    resolveKnownTags: false,
    stringKeys: true,
    // Found below, with the line of the first.
    uniqueKeys: false,
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong !== undefined) {
    throw new ConfigProblem(ownWords[wrong.code] ?? `this is not YAML: ${wrong.message}`, lineAt(wrong.pos[0]));
  }
  const lineOf = (node: Node): number => lineAt(node.range?.[0] ?? 0);
  prepare(document, lineOf);
  // Every alias is the one object that it stands for, and their number is known: no limit is needed here.
  const values: unknown = document.toJS({ maxAliasCount: -1 });
  const root: unknown = document.contents;
  if (!isMap(root) && values !== null) throw new ConfigProblem('this is no map of options, like table: people');
  const lineOfKey = isMap(root) ? linesOfKeys(root, lineOf) : new Map<string, number>();
  return { values: (values ?? {}) as YamlMap['values'], lineOf: (key) => lineOfKey.get(key) };
}

/** Looks at all nodes for what the conversion passes over. @throws ConfigProblem */
function prepare(document: Document, lineOf: (node: Node) => number): void {
  let aliases = 0;
  visit(document, {
    Alias(_, alias) {
      aliases++;
      if (aliases > maxAliases) {
        throw new ConfigProblem(`this has more than ${maxAliases} aliases, and is no config file`);
      }
      if (alias.resolve(document) !== undefined) return;
      throw new ConfigProblem(`*${alias.source} is defined nowhere: put it in quotes`, lineOf(alias));
    },
    Map(_, map) {
      linesOfKeys(map, lineOf);
    },
    Scalar(role, scalar) {
      if (role !== 'key' && scalar.value === '' && scalar.type?.startsWith('BLOCK') === true) scalar.value = null;
    },
  });
}

/** The line of each key. @throws ConfigProblem where one is there twice */
function linesOfKeys(map: YAMLMap, lineOf: (node: Node) => number): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  for (const { key } of map.items) {
    if (!isScalar<string>(key)) continue;
    const earlier = lines.get(key.value);
    if (earlier !== undefined) {
      throw new ConfigProblem(`'${key.value}' is there twice, first in line ${earlier}`, lineOf(key));
    }
    lines.set(key.value, lineOf(key));
  }
  return lines;
}
