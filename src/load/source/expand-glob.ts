import { Buffer } from 'node:buffer';
import { readdir, realpath, stat, type Dirent, type Stats } from 'node:fs';
import type { GlobOptions } from 'tinyglobby';
import { LoaderError } from '../../errors.ts';
import { nothingFits, unreadable } from './errors.ts';

/** Names that braces may stand for at most. */
const maxAlternatives = 10_000;

/**
 * The files that a pattern stands for, sorted by the bytes of their paths, each once: `*` and `?` for any characters
 * but `/`, `[…]` for one of several, `**` for any folders, `{a,b}` for one or the other. A backslash (not on
 * Windows) takes its meaning from the character after it. An alternative without any other of these is a name: it is
 * handed out as it is, and whoever opens it finds out that there is no such file.
 * @returns undefined where `name` is no pattern
 * @throws LoaderError SOURCE_UNREADABLE where no file fits, or a folder on the way cannot be read
 */
export async function expandName(name: string): Promise<string[] | undefined> {
  const pattern = process.platform === 'win32' ? name.replaceAll('\\', '/') : name;
  const alternatives = expandBraces(pattern);
  const compiled = alternatives.map(compile);
  if (alternatives.length === 1 && compiled[0]?.isPattern !== true) return undefined;
  const found = new Set<string>();
  for (const each of compiled) {
    const paths = each.isPattern ? await findFiles(each) : [each.folder];
    for (const path of paths) found.add(path);
  }
  if (found.size === 0) throw nothingFits(name);
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The names that `{a,b}` stands for, as shells have it: `x{1,2}` is `x1` and `x2`; one without a comma is text. */
export function expandBraces(pattern: string): string[] {
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    const group = char === '{' ? braceGroup(pattern, at) : undefined;
    if (group === undefined) continue;
    const before = pattern.slice(0, at);
    const middles = group.parts.flatMap(expandBraces);
    const afters = expandBraces(pattern.slice(group.end));
    if (middles.length * afters.length > maxAlternatives) throw tooManyAlternatives(pattern);
    return middles.flatMap((middle) => afters.map((after) => before + middle + after));
  }
  return [pattern];
}

/** The parts of a group that opens at `open`, and where it ends; undefined where it is none. */
function braceGroup(pattern: string, open: number): { parts: string[]; end: number } | undefined {
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

/** A pattern without braces, cut where its first folder with a wildcard begins. */
interface Compiled {
  readonly isPattern: boolean;
  /** What is before, as text; all of it where there is no wildcard. */
  readonly folder: string;
  /** What is behind, for tinyglobby. */
  readonly glob: string;
}

/** `[…]`: not across folders, with a `]` as its first character, and with names of classes such as `[:digit:]`. */
const bracket = /\[[!^]?(?:\[:[a-z]+:\]|\\.|[^/])(?:\[:[a-z]+:\]|\\.|[^\]\\/])*\]/y;

function compile(pattern: string): Compiled {
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

async function findFiles({ folder, glob }: Compiled): Promise<string[]> {
  if (glob.endsWith('/')) return [];
  const tinyglobby = await import('tinyglobby');
  const errors: LoaderError[] = [];
  const names = await tinyglobby.glob([glob], {
    cwd: folder === '' ? '.' : folder,
    braceExpansion: false,
    extglob: false,
    expandDirectories: false,
    caseSensitiveMatch: process.platform !== 'win32',
    // Without it folders are read that no file of the pattern can be in.
    ...(glob.includes('**') ? {} : { deep: glob.split('/').length - 1 }),
    fs: fsThatTells(errors),
  });
  if (errors[0] !== undefined) throw errors[0];
  return names.map((name) => folder + name);
}

/**
 * tinyglobby passes over what it cannot read. Here a folder that cannot be read is an error, and a link that leads
 * nowhere is a file: whoever opens it finds out.
 */
function fsThatTells(errors: LoaderError[]): NonNullable<GlobOptions['fs']> {
  return {
    readdir: ((path: string, options: { withFileTypes: true }, done: (error: unknown, entries?: Dirent[]) => void) => {
      readdir(path, options, (error, entries) => {
        if (error !== null && error.code !== 'ENOENT' && error.code !== 'ENOTDIR') errors.push(unreadable(path, error));
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

function tooManyAlternatives(pattern: string): LoaderError {
  return new LoaderError('USAGE', `${pattern} stands for more than ${maxAlternatives} names`, {
    hint: 'Use * in place of the longer braces.',
  });
}
