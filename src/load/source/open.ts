import type { S3Client } from '@aws-sdk/client-s3';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Dispatcher } from 'undici';
import { LoaderError } from '../../errors.ts';
import { publicText } from '../../text/public-text.ts';
import type { Compression } from '../settings.ts';
import { isFolder, schemeUnknown, unreadable } from './errors.ts';
import { expandName } from './expand-glob.ts';
import { openFile } from './file.ts';
import { unpackedIfPacked } from './packed/packed.ts';
import { openPipe } from './pipe.ts';
import type { Source } from './source.ts';
import { openStdin } from './stdin.ts';
import { StreamSource } from './stream.ts';

/** What systems call standard input as a file. */
const stdinPaths: ReadonlySet<string> = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** Objects of a prefix of which the first bytes are asked for at the same time. */
const looksAtOnce = 8;

/** What sources are opened with. */
export interface SourceEdges {
  /** Asked for when it is named. */
  readonly stdin: () => NodeJS.ReadableStream;
  /** Aborted: a server that does not answer is waited for no longer. */
  readonly stop: AbortSignal;
  readonly compression: Compression;
  /** Made when the first s3:// source is met. */
  readonly s3: () => Promise<S3Client>;
  /** What requests to http(s) sources go through; made when the first is met. */
  readonly dispatcher: () => Promise<Dispatcher>;
}

/**
 * Opens the sources of a load, in the order given, and finds out that each can be read, and is no packed file that
 * cannot be unpacked, before anything is loaded. Streams are looked at only when they are read.
 * @param names paths, patterns of them where no file is called so (see `expandName`), `s3://`, `http://`, `https://`
 * and `file:` addresses; `-` is standard input, which can be there only once. A file may be named several times.
 * @throws LoaderError USAGE (standard input twice), SOURCE_UNREADABLE (a missing or unreadable file, a folder, a
 * pattern that nothing fits, an address that leads nowhere, a format that is not read)
 */
export async function openSources(names: readonly string[], edges: SourceEdges): Promise<Source[]> {
  const opening = new Opening(edges);
  try {
    for (const name of names) await opening.add(name);
    return opening.sources;
  } catch (error) {
    await Promise.all(opening.opened.map((source) => source.close()));
    throw error;
  }
}

class Opening {
  readonly sources: Source[] = [];
  /** The same, as they lie there: to be closed where another one fails. */
  readonly opened: Source[] = [];
  readonly #edges: SourceEdges;
  #isStdinTaken = false;
  #s3: Promise<S3Client> | undefined;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(edges: SourceEdges) {
    this.#edges = edges;
  }

  async add(name: string): Promise<void> {
    const scheme = schemeOf(name);
    if (scheme === 'http' || scheme === 'https') {
      await this.#addUrl(name);
    } else if (scheme === 's3') {
      await this.#addObjects(name);
    } else if (scheme === 'file') {
      await this.#addPaths(pathOf(name));
    } else if (scheme !== undefined) {
      throw schemeUnknown(publicText(name));
    } else if (name === '-') {
      await this.#addStdin();
    } else {
      await this.#addPaths(name);
    }
  }

  async #addUrl(url: string): Promise<void> {
    const { openUrl } = await import('./remote/url.ts');
    this.#dispatcher ??= this.#edges.dispatcher();
    const { compression, stop } = this.#edges;
    await this.#take([await openUrl(url, { dispatcher: await this.#dispatcher, compression, stop })]);
  }

  async #addObjects(name: string): Promise<void> {
    const { openS3 } = await import('./remote/s3.ts');
    this.#s3 ??= this.#edges.s3();
    await this.#take(await openS3(name, await this.#s3));
  }

  async #addStdin(): Promise<void> {
    if (this.#isStdinTaken) throw stdinTwice();
    this.#isStdinTaken = true;
    await this.#take([openStdin(this.#edges.stdin(), this.#edges.compression)]);
  }

  /** A name that is there is that file, whatever characters it is made of; else it may be a pattern. */
  async #addPaths(name: string): Promise<void> {
    const stats = await look(name);
    if (!(stats instanceof LoaderError)) return this.#addPath(name, stats);
    const paths = await expandName(name);
    if (paths === undefined) throw stats;
    for (const path of paths) {
      const found = await look(path);
      if (found instanceof LoaderError) throw found;
      await this.#addPath(path, found);
    }
  }

  async #addPath(path: string, stats: Stats): Promise<void> {
    if (stats.isFile()) await this.#take([await openFile(path)]);
    else if (stdinPaths.has(path)) await this.#addStdin();
    else if (stats.isDirectory()) throw isFolder(path);
    else await this.#take([await openPipe(path, stats, this.#edges.compression)]);
  }

  async #take(opened: readonly Source[]): Promise<void> {
    for (const source of opened) this.opened.push(source);
    const { compression } = this.#edges;
    // A stream unpacks what it reads itself.
    const lookInto = (source: Source) =>
      source instanceof StreamSource ? source : unpackedIfPacked(source, compression);
    for (const source of await pLimit(looksAtOnce).map(opened, lookInto)) this.sources.push(source);
  }
}

/** In lower case; of one letter it would be a drive of Windows. */
function schemeOf(name: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1];
  return (scheme ?? /^file(?=:\/)/i.exec(name)?.[0])?.toLowerCase();
}

function pathOf(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl);
  } catch (error) {
    throw unreadable(publicText(fileUrl), error);
  }
}

/** @returns the error where nothing is there, or it cannot be looked at. */
async function look(path: string): Promise<Stats | LoaderError> {
  try {
    return await stat(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

function stdinTwice(): LoaderError {
  return new LoaderError('USAGE', 'standard input is named twice', {
    hint: 'It can be read only once: name `-` once, or save it to a file.',
  });
}
