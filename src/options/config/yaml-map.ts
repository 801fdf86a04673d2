import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLMap,
} from 'yaml';
import { ConfigProblem } from './config-problem.ts';

/** A map as a YAML (or JSON) text has it, not judged yet. */
export interface YamlMap {
  readonly values: Readonly<Record<string, unknown>>;
  /** Line of a key, from 1. */
  readonly lineOf: (key: string) => number | undefined;
}

/** As many aliases as a document may have: each is looked for in all of it. */
const maxAliases = 100;

/**
 * Reads a map whose values are scalars, lists of scalars and maps of scalars; deeper ones come out empty. A key is
 * what stands there, `0123` too. A scalar that is empty because YAML has a use for what was meant (`|`, `#`) is null.
 * A text without anything but comments is an empty map.
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
    // Told apart below by what stands there.
    uniqueKeys: false,
  });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong?.code === 'MULTIPLE_DOCS') {
    throw new ConfigProblem('it holds several documents, and one is meant', lineAt(wrong.pos[0]));
  }
  if (wrong !== undefined) throw new ConfigProblem(`this is not YAML: ${wrong.message}`, lineAt(wrong.pos[0]));

  let aliases = 0;
  visit(document, {
    Alias() {
      aliases++;
    },
  });
  if (aliases > maxAliases) throw new ConfigProblem(`this has more than ${maxAliases} aliases, and is no config file`);

  const root: unknown = document.contents;
  const values = new Map<string, unknown>();
  const lineOfKey = new Map<string, number>();
  if (isMap(root)) {
    for (const { key, value, line } of entriesOf(root, lineAt)) {
      values.set(key, valueOf(value, document, lineAt));
      lineOfKey.set(key, line);
    }
  } else if (!isEmpty(root)) {
    throw new ConfigProblem('this is no map of options, like table: people');
  }
  return { values: Object.fromEntries(values), lineOf: (key) => lineOfKey.get(key) };
}

interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

function* entriesOf(map: YAMLMap, lineAt: (offset: number) => number): Generator<Entry> {
  const lineOfKey = new Map<string, number>();
  for (const { key: node, value } of map.items) {
    const line = isNode(node) ? lineAt(node.range?.[0] ?? 0) : undefined;
    if (!isScalar(node) || line === undefined)
      throw new ConfigProblem('a list, a map or an alias stands where a name belongs', line);
    const key = node.type === 'PLAIN' && node.source !== undefined ? node.source : String(node.value);
    const earlier = lineOfKey.get(key);
    if (earlier !== undefined) throw new ConfigProblem(`'${key}' is there twice, first in line ${earlier}`, line);
    lineOfKey.set(key, line);
    yield { key, value, line };
  }
}

/** The value of a node. @param depth how far it lies within an option's value. */
function valueOf(node: unknown, document: Document, lineAt: (offset: number) => number, depth = 0): unknown {
  if (isAlias(node)) {
    const named: unknown = node.resolve(document);
    if (named !== undefined) return valueOf(named, document, lineAt, depth);
    throw new ConfigProblem(`*${node.source} is defined nowhere: put it in quotes`, lineAt(node.range?.[0] ?? 0));
  }
  if (isSeq(node)) return depth > 0 ? [] : node.items.map((item) => valueOf(item, document, lineAt, depth + 1));
  if (isMap(node)) {
    if (depth > 0) return {};
    const entries = [...entriesOf(node, lineAt)];
    return Object.fromEntries(entries.map(({ key, value }) => [key, valueOf(value, document, lineAt, depth + 1)]));
  }
  return isEmpty(node) ? null : isScalar(node) ? node.value : null;
}

function isEmpty(node: unknown): boolean {
  if (node === null) return true;
  return isScalar(node) && (node.value === null || (node.type?.startsWith('BLOCK') === true && node.value === ''));
}
