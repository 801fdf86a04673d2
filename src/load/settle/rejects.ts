import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Entry } from '../order/entry.ts';
import { getReasonsPath } from '../summary.ts';
import type { Source } from '../source/source.ts';
import { AppendedFile, reopenFile } from './appended-file.ts';
import { getBaseFileName } from './file-name.ts';
import { prepareRejectFolder, createRejectPair } from './reject-pair.ts';

/** Buffered bytes per file that trigger a write. */
const flushBytes = 256 * 1024;

/** Maximum buffered bytes of all files. A file that no checkpoint names yet stays buffered until the next checkpoint. */
const maxBufferedBytes = 8 * 1024 * 1024;

/** Receives the rejected records of a job, in file order. */
export interface Rejects {
  /** Paths or object keys that hold them. */
  readonly paths: readonly string[];
  /** Whether rejects are buffered and not yet written. */
  readonly isWaiting: boolean;
  /** Whether the buffer is full, so that a checkpoint must come before more rejects. */
  readonly isFull: boolean;
  /**
   * @param header raw header of the source, including its line end
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  add(entry: Entry, header: Buffer): void;
}

/** Copies a rejected record, whose memory is reused: its raw bytes, and its line in the reasons file. */
export function copyReject(entry: Entry, file: string | undefined): { readonly raw: Buffer; readonly reason: Buffer } {
  const { slab, rawStart, rawEnd, number: record, line, offset, rejection } = entry;
  const reason = { file, record, line, offset, code: rejection?.code, reason: rejection?.reason };
  return {
    raw: Buffer.from(slab.bytes.subarray(rawStart, rawEnd)),
    reason: Buffer.from(JSON.stringify(reason) + '\n'),
  };
}

/** The state of one source's reject file in a checkpoint. */
export interface RejectFileState {
  readonly source: number;
  readonly path: string;
  /** Flushed lengths of the reject file and the reasons file, in bytes. */
  readonly bytes: number;
  readonly reasonsBytes: number;
}

interface RejectPair {
  /** Undefined until the files are created. */
  path: string | undefined;
  /** Whether a checkpoint names the files. Until then they stay empty. */
  isNamed: boolean;
  readonly rejects: AppendedFile;
  readonly reasons: AppendedFile;
}

/**
 * The reject and reasons files of a job: one pair per source with rejects, written in file order.
 *
 * A pair is created empty before the checkpoint that names it, and filled after that checkpoint. If the process is
 * killed, a resume therefore finds each file named in the checkpoint, empty, or owned by a different job. Writes are
 * synchronous, so that a run with many rejects waits for the disk.
 */
export class RejectFiles implements Rejects {
  readonly #getPath: (source: number) => string;
  readonly #sources: readonly Source[];
  readonly #isResumed: boolean;
  readonly #pairs = new Map<number, RejectPair>();
  #bufferedBytes = 0;

  /**
   * @param target `--rejects`: a file for one source, or a folder for several (created if missing)
   * @param states from the checkpoint to resume; the files are truncated to these lengths
   * @throws LoaderError OUTPUT_UNWRITABLE if no file can be created there; REJECTS_TRUNCATED if a file is missing or
   * too short. Both are thrown before anything is written to the table.
   */
  constructor(target: string | undefined, sources: readonly Source[], states: readonly RejectFileState[] | undefined) {
    const folder = prepareRejectFolder(target, sources.length > 1);
    this.#getPath = (source) => {
      const name = `${getBaseFileName(sources[source]?.baseName ?? 'source')}.rejects`;
      return folder === undefined ? (target ?? name) : join(folder, name);
    };
    this.#sources = sources;
    this.#isResumed = states !== undefined;
    for (const { source, path, bytes, reasonsBytes } of states ?? []) {
      const rejects = reopenFile(path, bytes);
      const reasons = reopenFile(getReasonsPath(path), reasonsBytes);
      this.#pairs.set(source, { path, isNamed: true, rejects, reasons });
    }
  }

  get paths(): string[] {
    return [...this.#pairs.values()].map((pair) => pair.path).filter((path) => path !== undefined);
  }

  get isWaiting(): boolean {
    return this.#bufferedBytes > 0;
  }

  get isFull(): boolean {
    return this.#bufferedBytes >= maxBufferedBytes;
  }

  add(entry: Entry, header: Buffer): void {
    let pair = this.#pairs.get(entry.source);
    if (pair === undefined) {
      pair = { path: undefined, isNamed: false, rejects: new AppendedFile(), reasons: new AppendedFile() };
      this.#pairs.set(entry.source, pair);
    }
    if (pair.rejects.isEmpty) this.#append(pair.rejects, header);
    const { raw, reason } = copyReject(entry, this.#sources[entry.source]?.name);
    this.#append(pair.rejects, raw);
    this.#append(pair.reasons, reason);
    if (pair.isNamed && pair.rejects.bufferedBytes + pair.reasons.bufferedBytes >= flushBytes) this.#flushPair(pair);
  }

  /**
   * Creates missing files, empty.
   * @returns the new files, which a checkpoint must name before they are filled
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  createFiles(): RejectFileState[] {
    const created: RejectFileState[] = [];
    for (const [source, pair] of this.#pairs) {
      if (pair.isNamed) continue;
      pair.path ??= createRejectPair(this.#getPath(source), this.paths, this.#isResumed);
      created.push({ source, path: pair.path, bytes: 0, reasonsBytes: 0 });
    }
    return created;
  }

  /** Marks files that a checkpoint names now, so that they may be filled. */
  markNamed(created: readonly RejectFileState[]): void {
    for (const { source } of created) {
      const pair = this.#pairs.get(source);
      if (pair !== undefined) pair.isNamed = true;
    }
  }

  /**
   * Writes all buffered rejects. Every file must be marked by `markNamed`.
   * @returns the state for the next checkpoint; all of it is on disk
   * @throws LoaderError OUTPUT_UNWRITABLE
   */
  flush(): RejectFileState[] {
    return [...this.#pairs].map(([source, pair]) => {
      const { path, isNamed, rejects, reasons } = pair;
      if (path === undefined || !isNamed) throw new Error(`no checkpoint names the reject file of source ${source}`);
      this.#flushPair(pair);
      return { source, path, bytes: rejects.writtenBytes, reasonsBytes: reasons.writtenBytes };
    });
  }

  #append(file: AppendedFile, bytes: Buffer): void {
    file.append(bytes);
    this.#bufferedBytes += bytes.length;
  }

  #flushPair({ path, rejects, reasons }: RejectPair): void {
    if (path === undefined) return;
    this.#bufferedBytes -= rejects.flush(path);
    this.#bufferedBytes -= reasons.flush(getReasonsPath(path));
  }
}
