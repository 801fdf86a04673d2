import { Buffer } from 'node:buffer';
import { readdir, realpath, stat, type Dirent, type Stats } from 'node:fs';
import type { GlobOptions } from 'tinyglobby';
import { LoaderError } from '../../errors.ts';
import { createNoMatchError, createUnreadableSourceError } from './errors.ts';

/** Maximum names that braces may expand to. */
const maxNames = 10_000;

/**
 * Returns the files that match a pattern, each once, sorted by the bytes of their paths. `*` and `?` match any
 * characters except `/`, `[…]` one of several characters, `**` any folders, `{a,b}` either alternative. A backslash
 * escapes the next character (not on Windows). An alternative without wildcards is returned unchanged, even if the
 * file does not exist.
 * @returns Undefined if `name` is not a pattern.
 * @throws LoaderError SOURCE_UNREADABLE if no file matches or a folder cannot be read; USAGE if there are too many
 * names.
 */
export async function expandGlob(name: string): Promise<string[] | undefined> {
  const pattern = process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
  const alternatives = expandBraces(pattern);
  const patterns = alternatives.map(splitPattern);
  if (alternatives.length === 1 && patterns[0]?.isPattern !== true) return undefined;
  const found = new Set<string>();
  for (const each of patterns) {
    const paths = each.isPattern ? await findFiles(each) : [each.folder];
    for (const path of paths) found.add(path);
  }
  if (found.size === 0) throw createNoMatchError(name);
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** Expands braces like a shell: `x{1,2}` becomes `x1` and `x2`. Braces without a comma are text. */
export function expandBraces(pattern: string): string[] {
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    const group = char === '{' ? parseBraces(pattern, at) : undefined;
    if (group === undefined) continue;
    const before = pattern.slice(0, at);
    const middles = group.parts.flatMap(expandBraces);
    const afters = expandBraces(pattern.slice(group.end));
    if (middles.length * afters.length > maxNames) throw tooManyNamesError(pattern);
    return middles.flatMap((middle) => afters.map((after) => before + middle + after));
  }
  return [pattern];
}

/**
 * Returns the parts of the braces that open at `open`, and the end. Undefined if they are not closed or have no
 * comma.
 */
function parseBraces(pattern: string, open: number): { parts: string[]; end: number } | undefined {
  const parts: string[] = [];
  let from = open + 1;
  let depth = 0;
  for (let at = from; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === '}' && depth > 0) depth--;
    else if (depth === 0 && (char === ',' || char === '}')) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
      if (char === '}') return parts.length > 1 ? { parts, end: from } : undefined;
    }
  }
  return undefined;
}

/** A pattern without braces, split before its first part with a wildcard. */
interface SplitPattern {
  readonly isPattern: boolean;
  /** The part before, without escapes; the whole pattern if there is no wildcard. */
  readonly folder: string;
  /** The rest, for tinyglobby. */
  readonly glob: string;
}

/** `[…]`: does not cross folders, may start with `]`, and may contain classes such as `[:digit:]`. */
const bracket = /\[[!^]?(?:\[:[a-z]+:\]|\\.|[^/])(?:\[:[a-z]+:\]|\\.|[^\]\\/])*\]/y;

function splitPattern(pattern: string): SplitPattern {
  let isPattern = false;
  let folder = '';
  let text = '';
  let glob = '';
  for (let at = 0; at < pattern.length; at++) {
    bracket.lastIndex = at;
    const wild = /[*?]/.test(pattern.charAt(at)) ? pattern.charAt(at) : bracket.exec(pattern)?.[0];
    if (wild !== undefined) {
      isPattern = true;
      glob += wild;
      at += wild.length - 1;
      continue;
    }
    if (pattern[at] === '\\' && at + 1 < pattern.length) at++;
    const char = pattern.charAt(at);
    text += char;
    glob += char.replace(/[\\*?[\](){}!+@|^$"]/, '\\$&');
    if (char === '/' && !isPattern) {
      folder = text;
      glob = '';
    }
  }
  return isPattern ? { isPattern, folder, glob } : { isPattern, folder: text, glob: '' };
}

async function findFiles({ folder, glob }: SplitPattern): Promise<string[]> {
  if (glob.endsWith('/')) return [];
  const tinyglobby = await import('tinyglobby');
  const errors: LoaderError[] = [];
  const names = await tinyglobby.glob([glob], {
    cwd: folder === '' ? '.' : folder,
    braceExpansion: false,
    extglob: false,
    expandDirectories: false,
    caseSensitiveMatch: process.platform !== 'win32',
    // Avoids reading folders that are too deep to match.
    ...(glob.includes('**') ? {} : { deep: glob.split('/').length - 1 }),
    fs: makeStrictFs(errors),
  });
  if (errors[0] !== undefined) throw errors[0];
  return names.map((name) => folder + name);
}

/**
 * Returns a file system that collects errors, because tinyglobby ignores unreadable folders. A broken link counts as
 * a file, so opening it fails later.
 */
function makeStrictFs(errors: LoaderError[]): NonNullable<GlobOptions['fs']> {
  return {
    readdir: ((path: string, options: { withFileTypes: true }, done: (error: unknown, entries?: Dirent[]) => void) => {
      readdir(path, options, (error, entries) => {
        if (error !== null && error.code !== 'ENOENT' && error.code !== 'ENOTDIR')
          errors.push(createUnreadableSourceError(path, error));
        done(error, entries);
      });
    }) as typeof readdir,
    realpath: ((path: string, done: (error: unknown, path: string) => void) => {
      realpath(path, (error, real) => {
        done(null, error === null ? real : path);
      });
    }) as typeof realpath,
    stat: ((path: string, done: (error: unknown, stats: Pick<Stats, 'isDirectory'>) => void) => {
      stat(path, (error, stats) => {
        done(null, error === null ? stats : { isDirectory: () => false });
      });
    }) as typeof stat,
  };
}

function tooManyNamesError(pattern: string): LoaderError {
  return new LoaderError('USAGE', `${pattern} expands to more than ${maxNames} names`, {
    hint: 'Use * instead of the longest braces.',
  });
}
