import { rm } from 'node:fs/promises';
import type { TableDescription } from '../../dynamodb/table.ts';
import { LoaderError } from '../../errors.ts';
import type { ReportSettings, Settings } from '../settings.ts';
import { plural } from '../../text/format.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import {
  assertSameJob,
  assertSameTable,
  checkpointAt,
  identifyJob,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type JobIdentity,
  type KnownOfJob,
} from './checkpoint.ts';
import { fileNameOf } from './file-name.ts';
import { acquireLock, type Lock } from './lock.ts';
import { RejectFiles } from './rejects.ts';
import type { Job, Standing } from './resumable-job.ts';

export function checkpointPathOf(settings: Settings, sources: readonly Source[]): string {
  return settings.report.checkpoint ?? `${fileNameOf(sources[0]?.baseName ?? 'source')}.checkpoint`;
}

/** Milliseconds between checkpoints. */
const saveEveryMs = 2_000;

/**
 * Opens a job whose checkpoint is a file: takes its lock, and finds out where to begin.
 * @param say told where an earlier run stopped, or that there was none.
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH
 */
export async function openFileJob(
  settings: Settings,
  sources: readonly Source[],
  say: (text: string) => void,
): Promise<Job> {
  const path = checkpointPathOf(settings, sources);
  const lock = await acquireLock(`${path}.lock`, 'CHECKPOINT_LOCKED');
  try {
    const job = identifyJob(settings, sources);
    const from = await findStart(path, job, settings.report.onUnfinished, say);
    const identities = from?.identities ?? (await identifySources(sources));
    const known = { job, tableArn: null, identities, columns: from?.columns ?? null };
    return new FileJob({ path, lock, from, known, sources, rejects: settings.report.rejects });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** @returns the checkpoint to resume from; undefined to start from the beginning. */
async function findStart(
  path: string,
  job: JobIdentity,
  onUnfinished: ReportSettings['onUnfinished'],
  say: (text: string) => void,
): Promise<Checkpoint | undefined> {
  if (onUnfinished === 'restart') {
    await rm(path, { force: true });
    return undefined;
  }
  const found = await readCheckpoint(path);
  if (found === undefined) {
    if (onUnfinished === 'resume') say(`no checkpoint ${path}: starting from the beginning`);
    return undefined;
  }
  if (onUnfinished === 'refuse') {
    throw new LoaderError('CHECKPOINT_EXISTS', `an earlier run has not been finished: ${path}`, {
      hint: 'go on with --resume, or start from the beginning with --restart',
    });
  }
  assertSameJob(path, found.job, job);
  say(`going on from ${path}: ${plural(found.counts.read, 'record')} settled before`);
  return found;
}

async function identifySources(sources: readonly Source[]): Promise<SourceIdentity[]> {
  const identities: SourceIdentity[] = [];
  for (const source of sources) identities.push(await source.identify(0));
  return identities;
}

interface FileJobOptions {
  readonly path: string;
  readonly lock: Lock;
  readonly from: Checkpoint | undefined;
  readonly known: KnownOfJob;
  readonly sources: readonly Source[];
  /** `--rejects` */
  readonly rejects: string | undefined;
}

class FileJob implements Job {
  readonly checkpoint: string;
  readonly from: Checkpoint | undefined;
  readonly saveEveryMs = saveEveryMs;
  readonly savesUnmoved = false;
  saved: boolean;
  readonly #options: FileJobOptions;
  #known: KnownOfJob;
  #rejects: RejectFiles | undefined;
  /** The checkpoint in the file. */
  #last: Checkpoint | undefined;
  #saving = Promise.resolve();

  constructor(options: FileJobOptions) {
    const { path, from, known } = options;
    this.checkpoint = path;
    this.from = from;
    this.saved = from !== undefined;
    this.#options = options;
    this.#known = known;
    this.#last = from;
  }

  bind(table: TableDescription, columns: readonly string[]): void {
    if (this.from !== undefined) assertSameTable(this.checkpoint, this.from.tableArn, table.arn);
    this.#known = { ...this.#known, tableArn: table.arn ?? null, columns };
  }

  openRejects(): RejectFiles {
    const { rejects, sources } = this.#options;
    this.#rejects = new RejectFiles(rejects, sources, this.from?.rejects);
    return this.#rejects;
  }

  async save(standing: Standing): Promise<void> {
    const turn = this.#saving.then(() => this.#save(standing));
    this.#saving = turn.catch(() => undefined);
    await turn;
  }

  async finish(): Promise<void> {
    await this.#saving;
    await rm(this.checkpoint, { force: true });
    this.saved = false;
  }

  async release(): Promise<void> {
    await this.#saving;
    await this.#options.lock.release();
  }

  async #save({ ledger }: Standing): Promise<void> {
    if (this.#rejects === undefined) throw new Error('the reject files are not open');
    await this.#nameNewFiles(this.#rejects);
    // Files first: a checkpoint never names more than is on the disk. No await between the two: both are of one moment.
    const rejects = this.#rejects.flush();
    const checkpoint = checkpointAt(this.#known, ledger, rejects);
    await this.#identifyStream(checkpoint);
    await this.#write({ ...checkpoint, identities: this.#known.identities });
    this.saved = true;
  }

  /** Names new reject files in a checkpoint of the moment before them: only then may they be filled. */
  async #nameNewFiles(rejects: RejectFiles): Promise<void> {
    for (let made = rejects.make(); made.length > 0 && this.#last !== undefined; made = rejects.make()) {
      await this.#write({ ...this.#last, rejects: [...this.#last.rejects, ...made] });
      rejects.known(made);
    }
  }

  /**
   * Identifies standard input up to the frontier. A file or an object keeps the identity that the first run found: if it
   * is a different one now, this resume refuses it, and the next must too.
   */
  async #identifyStream({ source, position }: Checkpoint): Promise<void> {
    const { identities } = this.#known;
    if (identities[source]?.kind !== 'stdin') return;
    const identity = await this.#options.sources[source]?.identify(position.offset);
    if (identity?.kind === 'stdin') this.#known = { ...this.#known, identities: identities.with(source, identity) };
  }

  async #write(checkpoint: Checkpoint): Promise<void> {
    this.#last = checkpoint;
    await writeCheckpoint(this.checkpoint, checkpoint);
  }
}
