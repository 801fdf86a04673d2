// node build/words.mjs [--count] [FOLDER]: finds words that docs/glossary.md and CONTRIBUTING.md refuse, in comments,
// strings, test titles and docs. Exits with 1 if there are any. --count prints only how often each occurs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Refused words as regular expressions, with the words to use. */
const refused = {
  anew: 'again',
  besides: 'also',
  '(?:go|goes|going|gone|went) on': 'continue, resume',
  '(?:stand|stands|stood)(?! for)': 'is, says, lies',
  '(?:is|are|was|were|be|been) told': 'receives, knows',
  '(?:tell|tells|telling|told) (?:of|from)': 'describes, says',
  'so (?:many|much|long)': 'this many, this long',
  'of (?:ours|yours|theirs)': 'our, your, their',
  'in vain': 'timed out, failed',
  'mend(?:s|ed|ing)?': 'fix',
  '(?:come|comes|came|coming) home': 'arrive',
  'at work': 'running',
  '(?:turn|turns|turned|turning) away': 'throttled, refused',
  '(?:given|gives|give|gave) back': 'unprocessed, returned',
  'as often as': 'up to, whenever',
  'such an? one': 'it',
  '(?:whoever|somebody|nobody|anybody)': 'the caller, DynamoDB, no process',
  '(?:is|are|was|were) not there': 'does not exist, is missing',
  'no number': 'not a number',
  '(?:send|sends|sent|sending) (?:it |them |the same )?again': 'retry',
  'cool(?:s|ed|ing)?[ -]?down': 'back off, backoff',
  'paus(?:e|es|ed|ing)': 'back off, wait',
  'again is no harm': 'idempotent, safe to run again',
  'rows?': 'record, item',
  'lanes?': 'partition queue',
  'shifts?': 'lease',
  'halt(?:s|ed|ing)?': 'cancel',
  'edges?': 'dependencies',
  'worlds?': 'dependencies',
  'ways?': 'target, path, method',
  wanted: 'desired',
  findings: 'diagnosis',
  'admi(?:t|ts|tted|tting|ssion)': 'buffered',
};

/**
 * Where such a word is right: the phrase must cover the word. Without a phrase the whole file is left out.
 * @type {readonly { phrase?: RegExp; files?: RegExp; why: string }[]}
 */
const exceptions = [
  { files: /^docs\/glossary\.md$/, why: 'it lists the words' },
  { files: /^build\/words\.mjs$/, why: 'it lists the words' },
  { files: /^bench\/report\//, phrase: /rows/, why: 'rows of a Markdown table' },
  { phrase: /in a row/, why: 'one after the other' },
  { phrase: /(?:in )?the same way/, why: 'equally' },
  { phrase: /shift[-_]jis/, why: 'the encoding' },
  { phrase: /r-row-names|'row,x,y'/, why: 'the words of R and pandas in a fixture' },
  { phrase: /shift;/, why: 'the shell command' },
  { phrase: /"hello":"world"/, why: 'a message that csv2ddb does not know' },
];

/**
 * Words of the glossary's right column that this check does not look for: they are also right words, and only a reader
 * can tell. Each with its right meaning.
 */
export const ambiguous = {
  line: 'a line of text',
  column: 'the name of a field in the header',
  value: 'the value of an option or attribute',
  entry: 'an entry of a list or map',
  arrived: 'a request or record reached a server',
  hold: 'to contain',
  head: 'the HTTP method HEAD, the first lines of a text',
  found: 'discovered, as in "not found"',
  part: 'a part of a multipart upload',
};

const pattern = new RegExp(
  `\\b(?:${Object.keys(refused)
    .map((word) => `(${word})`)
    .join('|')})\\b`,
  'gi',
);

/** @typedef {{ readonly file: string; readonly line: number; readonly word: string; readonly use: string; readonly text: string }} Hit */

/**
 * @param {string} root
 * @returns {Hit[]}
 */
function findRefused(root) {
  const names = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const files = names.filter((name) => /\.(?:ts|mjs|md)$|^examples\//.test(name) && !/^test\/fixtures\//.test(name));
  return files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    const texts = /\.(?:ts|mjs)$/.test(file) ? proseOf(source) : [{ text: source, at: 0 }];
    return texts.flatMap(({ text, at }) => hitsIn(file, source, text, at));
  });
}

/**
 * @param {string} file
 * @param {string} source
 * @param {string} text a part of the source
 * @param {number} at where it begins
 * @returns {Hit[]}
 */
function hitsIn(file, source, text, at) {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const [word, ...groups] = /** @type {(string | undefined)[]} */ ([...match]);
    if (word === undefined || isAllowed(file, text, match.index, word.length)) return [];
    const use = Object.values(refused)[groups.findIndex((group) => group !== undefined)] ?? '';
    const line = source.slice(0, at + match.index).split('\n').length;
    return [{ file, line, word, use, text: source.split('\n')[line - 1]?.trim() ?? '' }];
  });
}

/**
 * @param {string} file
 * @param {string} text
 * @param {number} from
 * @param {number} length
 */
function isAllowed(file, text, from, length) {
  return exceptions.some(({ phrase, files }) => {
    if (files !== undefined && !files.test(file)) return false;
    if (phrase === undefined) return true;
    const around = [...text.matchAll(new RegExp(phrase, 'gi'))];
    return around.some((match) => match.index <= from && match.index + match[0].length >= from + length);
  });
}

/**
 * Comments and strings of a program.
 * @param {string} source
 */
function proseOf(source) {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true);
  /** @type {{ text: string; at: number }[]} */
  const texts = [];
  /** @type {Set<number>} */
  const seen = new Set();
  /** @param {readonly ts.CommentRange[] | undefined} ranges */
  const addComments = (ranges) => {
    for (const { pos, end } of ranges ?? []) {
      if (!seen.has(pos)) texts.push({ text: source.slice(pos, end), at: pos });
      seen.add(pos);
    }
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    addComments(ts.getLeadingCommentRanges(source, node.getFullStart()));
    addComments(ts.getTrailingCommentRanges(source, node.getEnd()));
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText) texts.push({ text: source.slice(node.getStart(), node.getEnd()), at: node.getStart() });
    if (!isImport) for (const child of node.getChildren()) visit(child);
  };
  visit(file);
  return texts;
}

const args = process.argv.slice(2);
const isCount = args.includes('--count');
const hits = findRefused(args.find((arg) => !arg.startsWith('--')) ?? '.');
if (isCount) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { word } of hits) counts.set(word.toLowerCase(), (counts.get(word.toLowerCase()) ?? 0) + 1);
  for (const [word, count] of [...counts].sort(([, a], [, b]) => b - a))
    console.log(`${String(count).padStart(6)}  ${word}`);
} else {
  for (const { file, line, word, use, text } of hits)
    console.log(`${file}:${line}: "${word}", use: ${use}\n    ${text}`);
}
console.log(`${hits.length} refused words`);
process.exitCode = hits.length === 0 ? 0 : 1;
