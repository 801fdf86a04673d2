import type { S3Client } from '@aws-sdk/client-s3';
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { Dispatcher } from 'undici';
import { LoaderError } from '../../errors.ts';
import { hideUrlSecrets } from '../../text/hide-url-secrets.ts';
import type { Compression } from '../settings.ts';
import { createFolderError, createUnknownSchemeError, createUnreadableSourceError } from './errors.ts';
import { expandGlob } from './expand-glob.ts';
import { openFile } from './file.ts';
import { decompressIfNeeded } from './compression/decompress-source.ts';
import { openPipe } from './pipe.ts';
import type { Source } from './source.ts';
import { openStdin } from './stdin.ts';
import { StreamSource } from './stream-source.ts';

/** Paths of standard input. */
const stdinPaths: ReadonlySet<string> = new Set(['/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** Maximum objects of a prefix whose first bytes are requested at the same time. */
const maxParallelHeads = 8;

export interface SourceDependencies {
  /** Called only if standard input is a source. */
  readonly stdin: () => NodeJS.ReadableStream;
  /** Ends the wait for a server that does not respond. */
  readonly stop: AbortSignal;
  readonly compression: Compression;
  /** Creates the client for `s3://` sources. Called at most once. */
  readonly s3: () => Promise<S3Client>;
  /** Creates the dispatcher for HTTP and HTTPS sources. Called at most once. */
  readonly dispatcher: () => Promise<Dispatcher>;
}

/**
 * Opens the sources of a load in the given order, and checks before the load that each can be read and decompressed.
 * Streams are checked when they are read.
 * @param names Paths, patterns (see `expandGlob`; an existing file with that name wins), `s3://`, `http://`,
 * `https://` and `file:` URLs, and `-` for standard input. A file may be named several times, standard input only
 * once.
 * @throws LoaderError USAGE (standard input twice), SOURCE_UNREADABLE (a missing or unreadable file, a folder, a
 * pattern without matches, an unreachable URL, an unsupported format).
 */
export async function openSources(names: readonly string[], dependencies: SourceDependencies): Promise<Source[]> {
  const opener = new SourceOpener(dependencies);
  try {
    for (const name of names) await opener.add(name);
    return opener.sources;
  } catch (error) {
    await Promise.all(opener.opened.map((source) => source.close()));
    throw error;
  }
}

class SourceOpener {
  readonly sources: Source[] = [];
  /** The same sources without decompression, to close if another one fails. */
  readonly opened: Source[] = [];
  readonly #dependencies: SourceDependencies;
  #hasStdin = false;
  #s3: Promise<S3Client> | undefined;
  #dispatcher: Promise<Dispatcher> | undefined;

  constructor(dependencies: SourceDependencies) {
    this.#dependencies = dependencies;
  }

  async add(name: string): Promise<void> {
    const scheme = getScheme(name);
    if (scheme === 'http' || scheme === 'https') {
      await this.#addUrl(name);
    } else if (scheme === 's3') {
      await this.#addObjects(name);
    } else if (scheme === 'file') {
      await this.#addPaths(toPath(name));
    } else if (scheme !== undefined) {
      throw createUnknownSchemeError(hideUrlSecrets(name));
    } else if (name === '-') {
      await this.#addStdin();
    } else {
      await this.#addPaths(name);
    }
  }

  async #addUrl(url: string): Promise<void> {
    const { openUrl } = await import('./remote/url.ts');
    this.#dispatcher ??= this.#dependencies.dispatcher();
    const { compression, stop } = this.#dependencies;
    await this.#register([await openUrl(url, { dispatcher: await this.#dispatcher, compression, stop })]);
  }

  async #addObjects(name: string): Promise<void> {
    const { openS3 } = await import('./remote/s3.ts');
    this.#s3 ??= this.#dependencies.s3();
    await this.#register(await openS3(name, await this.#s3));
  }

  async #addStdin(): Promise<void> {
    if (this.#hasStdin) throw stdinTwiceError();
    this.#hasStdin = true;
    await this.#register([openStdin(this.#dependencies.stdin(), this.#dependencies.compression)]);
  }

  /** An existing file wins over a pattern with the same name. */
  async #addPaths(name: string): Promise<void> {
    const stats = await statFile(name);
    if (!(stats instanceof LoaderError)) return this.#addPath(name, stats);
    const paths = await expandGlob(name);
    if (paths === undefined) throw stats;
    for (const path of paths) {
      const result = await statFile(path);
      if (result instanceof LoaderError) throw result;
      await this.#addPath(path, result);
    }
  }

  async #addPath(path: string, stats: Stats): Promise<void> {
    if (stats.isFile()) await this.#register([await openFile(path)]);
    else if (stdinPaths.has(path)) await this.#addStdin();
    else if (stats.isDirectory()) throw createFolderError(path);
    else await this.#register([await openPipe(path, stats, this.#dependencies.compression)]);
  }

  async #register(opened: readonly Source[]): Promise<void> {
    for (const source of opened) this.opened.push(source);
    const { compression } = this.#dependencies;
    // A stream decompresses what it reads.
    const decompressed = (source: Source) =>
      source instanceof StreamSource ? source : decompressIfNeeded(source, compression);
    for (const source of await pLimit(maxParallelHeads).map(opened, decompressed)) this.sources.push(source);
  }
}

/** Returns the scheme in lower case. A single letter is a Windows drive, not a scheme. */
function getScheme(name: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1];
  return (scheme ?? /^file(?=:\/)/i.exec(name)?.[0])?.toLowerCase();
}

function toPath(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl);
  } catch (error) {
    throw createUnreadableSourceError(hideUrlSecrets(fileUrl), error);
  }
}

/** Returns the error if the file does not exist or cannot be accessed. */
async function statFile(path: string): Promise<Stats | LoaderError> {
  try {
    return await stat(path);
  } catch (error) {
    return createUnreadableSourceError(path, error);
  }
}

function stdinTwiceError(): LoaderError {
  return new LoaderError('USAGE', 'standard input cannot be read twice', {
    hint: 'Name `-` only once, or save the input to a file.',
  });
}
