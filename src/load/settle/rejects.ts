import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Entry } from '../order/entry.ts';
import { reasonsPath } from '../summary.ts';
import type { Source } from '../source/source.ts';
import { AppendedFile, reopenFile } from './appended-file.ts';
import { fileNameOf } from './file-name.ts';
import { folderOf, makePair } from './reject-pair.ts';

/** Bytes of a file that are gathered before they are written. */
const pieceBytes = 256 * 1024;

/** Bytes gathered at most, of all files: those of a file that no checkpoint names yet wait for the next one. */
const mostGatheredBytes = 8 * 1024 * 1024;

/** Where the rejected records of a job go, in file order. */
export interface Rejects {
  /** Names of what holds them. */
  readonly paths: readonly string[];
  /** Whether something is gathered and not yet written. */
  readonly isWaiting: boolean;
  /** Whether so much is gathered that nothing more should come before the next checkpoint. */
  readonly isFull: boolean;
  /**
   * @param header the source's header as it stands there, line end included.
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  add(entry: Entry, header: Buffer): void;
}

/** What a checkpoint remembers of one source's reject file. */
export interface RejectFileState {
  readonly source: number;
  readonly path: string;
  /** Flushed lengths, in bytes, of the reject file and of the reasons file. */
  readonly bytes: number;
  readonly reasonsBytes: number;
}

interface Pair {
  /** Undefined until the files are made. */
  path: string | undefined;
  /** Whether a checkpoint names the files: only then may they hold anything. */
  isKnown: boolean;
  readonly rejects: AppendedFile;
  readonly reasons: AppendedFile;
}

/**
 * The reject and reasons files of a job, one pair a source that has rejects, written in file order.
 *
 * A pair is made, empty, before the checkpoint that names it, and filled after it: so whoever is killed at any moment
 * finds on resume that each file is named, or empty, or not his. Methods that write are synchronous: whoever rejects
 * much waits for the disk.
 */
export class RejectFiles implements Rejects {
  readonly #pathOf: (source: number) => string;
  readonly #sources: readonly Source[];
  readonly #isResumed: boolean;
  readonly #pairs = new Map<number, Pair>();
  #gatheredBytes = 0;

  /**
   * @param wanted `--rejects`: a file for one source, a folder for several (made where it is missing).
   * @param states of the checkpoint that a resumed job goes on from: what was written beyond it is cut off.
   * @throws LoaderError OUTPUT_UNWRITABLE where no file can be made there, REJECTS_TRUNCATED where one is gone or
   * shorter than recorded: both before anything is written to the table.
   */
  constructor(wanted: string | undefined, sources: readonly Source[], states: readonly RejectFileState[] | undefined) {
    const folder = folderOf(wanted, sources.length > 1);
    this.#pathOf = (source) => {
      const name = `${fileNameOf(sources[source]?.baseName ?? 'source')}.rejects`;
      return folder === undefined ? (wanted ?? name) : join(folder, name);
    };
    this.#sources = sources;
    this.#isResumed = states !== undefined;
    for (const { source, path, bytes, reasonsBytes } of states ?? []) {
      const rejects = reopenFile(path, bytes);
      const reasons = reopenFile(reasonsPath(path), reasonsBytes);
      this.#pairs.set(source, { path, isKnown: true, rejects, reasons });
    }
  }

  get paths(): string[] {
    return [...this.#pairs.values()].map((pair) => pair.path).filter((path) => path !== undefined);
  }

  get isWaiting(): boolean {
    return this.#gatheredBytes > 0;
  }

  get isFull(): boolean {
    return this.#gatheredBytes >= mostGatheredBytes;
  }

  add(entry: Entry, header: Buffer): void {
    let pair = this.#pairs.get(entry.source);
    if (pair === undefined) {
      pair = { path: undefined, isKnown: false, rejects: new AppendedFile(), reasons: new AppendedFile() };
      this.#pairs.set(entry.source, pair);
    }
    if (pair.rejects.isEmpty) this.#gather(pair.rejects, header);
    this.#gather(pair.rejects, Buffer.from(entry.slab.bytes.subarray(entry.rawStart, entry.rawEnd)));
    const reason = {
      file: this.#sources[entry.source]?.name,
      record: entry.number,
      line: entry.line,
      offset: entry.offset,
      code: entry.rejection?.code,
      reason: entry.rejection?.reason,
    };
    this.#gather(pair.reasons, Buffer.from(JSON.stringify(reason) + '\n'));
    if (pair.isKnown && pair.rejects.gatheredBytes + pair.reasons.gatheredBytes >= pieceBytes) this.#writePair(pair);
  }

  /**
   * Makes the files that are missing, empty.
   * @returns what a checkpoint is to name before they are filled.
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  make(): RejectFileState[] {
    const made: RejectFileState[] = [];
    for (const [source, pair] of this.#pairs) {
      if (pair.isKnown) continue;
      pair.path ??= makePair(this.#pathOf(source), this.paths, this.#isResumed);
      made.push({ source, path: pair.path, bytes: 0, reasonsBytes: 0 });
    }
    return made;
  }

  /** A checkpoint names these files now. */
  known(made: readonly RejectFileState[]): void {
    for (const { source } of made) {
      const pair = this.#pairs.get(source);
      if (pair !== undefined) pair.isKnown = true;
    }
  }

  /**
   * Writes what is gathered; every file must be known.
   * @returns what the next checkpoint is to name; all of it is on the disk.
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  flush(): RejectFileState[] {
    return [...this.#pairs].map(([source, pair]) => {
      const { path, isKnown, rejects, reasons } = pair;
      if (path === undefined || !isKnown) throw new Error('a reject file is filled before a checkpoint names it');
      this.#writePair(pair);
      return { source, path, bytes: rejects.writtenBytes, reasonsBytes: reasons.writtenBytes };
    });
  }

  #gather(file: AppendedFile, bytes: Buffer): void {
    file.gather(bytes);
    this.#gatheredBytes += bytes.length;
  }

  #writePair({ path, rejects, reasons }: Pair): void {
    if (path === undefined) return;
    this.#gatheredBytes -= rejects.write(path);
    this.#gatheredBytes -= reasons.write(reasonsPath(path));
  }
}
