import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { LoaderError } from '../errors.ts';
import type { Entry } from '../order/entry.ts';
import type { Source } from '../source/source.ts';

/** Bytes that are gathered before they are written. */
const bufferBytes = 64 * 1024;

/** Only the user may read what was in the CSV (P8). */
const ownerOnly = 0o600;

/** What a checkpoint remembers of one source's reject file. */
export interface RejectFileState {
  readonly source: number;
  readonly path: string;
  /** Flushed lengths, in bytes, of the reject file and of the reasons file. */
  readonly bytes: number;
  readonly reasonsBytes: number;
}

/** The reasons file stands beside the reject file. */
export function reasonsPath(rejectsPath: string): string {
  return `${rejectsPath}.jsonl`;
}

/** A file that is only appended to, in large pieces. */
interface Appended {
  readonly path: string;
  readonly fd: number;
  readonly gathered: Buffer[];
  gatheredBytes: number;
  writtenBytes: number;
}

interface OpenRejects {
  readonly rejects: Appended;
  readonly reasons: Appended;
}

/**
 * The reject and reasons files of a job, one pair a source, made with the first reject. They are written in file
 * order, synchronously: whoever rejects much waits for the disk, and nothing piles up.
 * @throws LoaderError OUTPUT_UNWRITABLE from every method that writes.
 */
export class RejectFiles {
  readonly #wanted: string | undefined;
  readonly #sources: readonly Source[];
  readonly #open = new Map<number, OpenRejects>();

  /** @param wanted `--rejects`: a file for one source, a folder for several. */
  constructor(wanted: string | undefined, sources: readonly Source[]) {
    this.#wanted = wanted;
    this.#sources = sources;
  }

  /**
   * Goes on with the files of an earlier run: what it wrote beyond its checkpoint is cut off.
   * @throws LoaderError REJECTS_SHORTENED where a file is gone or shorter than recorded.
   */
  resume(states: readonly RejectFileState[]): void {
    for (const state of states) {
      this.#open.set(state.source, {
        rejects: reopen(state.path, state.bytes),
        reasons: reopen(reasonsPath(state.path), state.reasonsBytes),
      });
    }
  }

  /** Paths of the reject files that exist. */
  get paths(): string[] {
    return [...this.#open.values()].map((pair) => pair.rejects.path);
  }

  /** @param header the source's header as it stands there, line end included. */
  add(entry: Entry, header: Buffer): void {
    let pair = this.#open.get(entry.source);
    if (pair === undefined) {
      pair = this.#create(entry.source);
      this.#open.set(entry.source, pair);
      append(pair.rejects, header);
    }
    append(pair.rejects, Buffer.from(entry.slab.memory.subarray(entry.rawStart, entry.itemStart)));
    const reason = {
      file: this.#sources[entry.source]?.name,
      record: entry.number,
      line: entry.line,
      offset: entry.offset,
      code: entry.rejection?.code,
      reason: entry.rejection?.reason,
    };
    append(pair.reasons, Buffer.from(JSON.stringify(reason) + '\n'));
  }

  /** Everything is on the disk afterwards. */
  flush(): RejectFileState[] {
    return [...this.#open].map(([source, { rejects, reasons }]) => {
      for (const file of [rejects, reasons]) {
        writeOut(file);
        attempt(file.path, () => {
          fdatasyncSync(file.fd);
        });
      }
      return { source, path: rejects.path, bytes: rejects.writtenBytes, reasonsBytes: reasons.writtenBytes };
    });
  }

  /** Closes the files as they are; nothing may be added afterwards. */
  close(): void {
    for (const { rejects, reasons } of this.#open.values()) for (const file of [rejects, reasons]) closeSync(file.fd);
  }

  #create(source: number): OpenRejects {
    const name = `${this.#sources[source]?.baseName ?? 'source'}.rejects`;
    const several = this.#sources.length > 1;
    const path = this.#wanted === undefined ? name : several ? join(this.#wanted, name) : this.#wanted;
    for (let number = 1; ; number++) {
      const numbered = number === 1 ? path : withNumber(path, number);
      const rejects = createNew(numbered);
      if (rejects === undefined) continue;
      const reasons = createNew(reasonsPath(numbered));
      if (reasons !== undefined) return { rejects, reasons };
      closeSync(rejects.fd);
    }
  }
}

/** `people.csv.rejects` → `people.csv.2.rejects`. */
function withNumber(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${number}${ext}`);
}

/** Undefined where there is such a file: a reject file that is not this job's is not overwritten. */
function createNew(path: string): Appended | undefined {
  try {
    return appended(path, openSync(path, 'wx', ownerOnly), 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw unwritable(path, error);
  }
}

function reopen(path: string, bytes: number): Appended {
  let fd: number;
  try {
    fd = openSync(path, 'r+');
  } catch (error) {
    throw shortened(path, `cannot be opened`, error);
  }
  const found = fstatSync(fd).size;
  if (found < bytes) {
    closeSync(fd);
    throw shortened(path, `has ${found} bytes, and the checkpoint knows of ${bytes}`);
  }
  attempt(path, () => {
    ftruncateSync(fd, bytes);
  });
  return appended(path, fd, bytes);
}

function appended(path: string, fd: number, writtenBytes: number): Appended {
  return { path, fd, gathered: [], gatheredBytes: 0, writtenBytes };
}

function append(file: Appended, bytes: Buffer): void {
  file.gathered.push(bytes);
  file.gatheredBytes += bytes.length;
  if (file.gatheredBytes >= bufferBytes) writeOut(file);
}

function writeOut(file: Appended): void {
  if (file.gatheredBytes === 0) return;
  const bytes = Buffer.concat(file.gathered);
  attempt(file.path, () => {
    for (let at = 0; at < bytes.length;) {
      at += writeSync(file.fd, bytes, at, bytes.length - at, file.writtenBytes + at);
    }
  });
  file.writtenBytes += bytes.length;
  file.gathered.length = 0;
  file.gatheredBytes = 0;
}

function attempt(path: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): LoaderError {
  const why = error instanceof Error ? error.message : String(error);
  return new LoaderError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${why}`, {
    hint: `make room or another place for it (--rejects; its folder now: ${dirname(path)})`,
    cause: error,
  });
}

function shortened(path: string, what: string, cause?: unknown): LoaderError {
  return new LoaderError('REJECTS_SHORTENED', `${path} ${what}: rejects of the earlier run would be lost`, {
    hint: 'put the file back, or start from the beginning with --restart',
    cause,
  });
}
