import { rm } from 'node:fs/promises';
import type { TableDescription } from '../../dynamodb/table.ts';
import { LoaderError } from '../../errors.ts';
import type { ReportSettings, Settings } from '../settings.ts';
import { pluralize } from '../../text/format.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import {
  assertSameJob,
  assertSameTable,
  createCheckpoint,
  identifyJob,
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
  type JobIdentity,
  type JobFacts,
} from './checkpoint.ts';
import { getBaseFileName } from './file-name.ts';
import { InFlightFile } from './in-flight-file.ts';
import { acquireLock, type Lock } from './lock.ts';
import { RejectFiles } from './rejects.ts';
import type { ResumableJob, LoadState } from './resumable-job.ts';

export function getCheckpointPath(settings: Settings, sources: readonly Source[]): string {
  return settings.report.checkpoint ?? `${getBaseFileName(sources[0]?.baseName ?? 'source')}.checkpoint`;
}

/** Milliseconds between checkpoints. */
const saveEveryMs = 2_000;

/**
 * Opens a job that keeps its checkpoint in a file: acquires the lock, and finds the position to start from.
 * @param say receives a message about the checkpoint
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH
 */
export async function openFileJob(
  settings: Settings,
  sources: readonly Source[],
  say: (text: string) => void,
): Promise<ResumableJob> {
  const path = getCheckpointPath(settings, sources);
  const lock = await acquireLock(`${path}.lock`, 'CHECKPOINT_LOCKED');
  try {
    // The embedded database ends with its process, and so do the requests in flight.
    const inFlight = settings.write.localDir === undefined ? new InFlightFile(`${path}.in-flight`, lock) : undefined;
    const job = identifyJob(settings, sources);
    const from = await findCheckpoint(path, job, settings.report.onUnfinished, say);
    const identities = from?.identities ?? (await identifySources(sources));
    const facts = { job, tableArn: null, identities, columns: from?.columns ?? null };
    return new FileJob({ path, lock, inFlight, from, facts, sources, rejects: settings.report.rejects });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Finds the checkpoint to resume from. Returns undefined to start from the beginning. */
async function findCheckpoint(
  path: string,
  job: JobIdentity,
  onUnfinished: ReportSettings['onUnfinished'],
  say: (text: string) => void,
): Promise<Checkpoint | undefined> {
  if (onUnfinished === 'restart') {
    await rm(path, { force: true });
    return undefined;
  }
  const checkpoint = await readCheckpoint(path);
  if (checkpoint === undefined) {
    if (onUnfinished === 'resume') say(`checkpoint ${path} does not exist: starting from the beginning`);
    return undefined;
  }
  if (onUnfinished === 'refuse') {
    throw new LoaderError('CHECKPOINT_EXISTS', `an earlier run did not finish: checkpoint ${path} exists`, {
      hint: 'Resume with --resume, or start over with --restart.',
    });
  }
  assertSameJob(`checkpoint ${path}`, checkpoint.job, job);
  say(`resuming from ${path}: ${pluralize(checkpoint.counts.read, 'record')} already settled`);
  return checkpoint;
}

async function identifySources(sources: readonly Source[]): Promise<SourceIdentity[]> {
  const identities: SourceIdentity[] = [];
  for (const source of sources) identities.push(await source.identify(0));
  return identities;
}

interface FileJobOptions {
  readonly path: string;
  readonly lock: Lock;
  /** Undefined for the embedded database. */
  readonly inFlight: InFlightFile | undefined;
  readonly from: Checkpoint | undefined;
  readonly facts: JobFacts;
  readonly sources: readonly Source[];
  /** `--rejects` */
  readonly rejects: string | undefined;
}

class FileJob implements ResumableJob {
  readonly checkpoint: string;
  readonly from: Checkpoint | undefined;
  readonly saveEveryMs = saveEveryMs;
  readonly savesWhenIdle = false;
  hasCheckpoint: boolean;
  readonly #options: FileJobOptions;
  #facts: JobFacts;
  #rejects: RejectFiles | undefined;
  /** The checkpoint on disk. */
  #last: Checkpoint | undefined;
  #saving = Promise.resolve();

  constructor(options: FileJobOptions) {
    const { path, from, facts } = options;
    this.checkpoint = path;
    this.from = from;
    this.hasCheckpoint = from !== undefined;
    this.#options = options;
    this.#facts = facts;
    this.#last = from;
  }

  get waitMs(): number {
    return this.#options.inFlight?.waitMs ?? 0;
  }

  markInFlight(): void {
    this.#options.inFlight?.touch();
  }

  bind(table: TableDescription, columns: readonly string[]): void {
    if (this.from !== undefined) assertSameTable(`checkpoint ${this.checkpoint}`, this.from.tableArn, table.arn);
    this.#facts = { ...this.#facts, tableArn: table.arn ?? null, columns };
  }

  openRejects(): RejectFiles {
    const { rejects, sources } = this.#options;
    this.#rejects = new RejectFiles(rejects, sources, this.from?.rejects);
    return this.#rejects;
  }

  async save(state: LoadState): Promise<void> {
    const turn = this.#saving.then(() => this.#save(state));
    this.#saving = turn.catch(() => undefined);
    await turn;
  }

  async finish(): Promise<void> {
    await this.#saving;
    await rm(this.checkpoint, { force: true });
    this.hasCheckpoint = false;
  }

  async release(): Promise<void> {
    await this.#saving;
    const { inFlight, lock } = this.#options;
    await inFlight?.remove();
    await lock.release();
  }

  async #save({ ledger }: LoadState): Promise<void> {
    if (this.#rejects === undefined) throw new Error('the reject files are not open');
    await this.#nameNewFiles(this.#rejects);
    // Rejects first: a checkpoint must not name more than is on disk. No await between the two keeps them consistent.
    const rejects = this.#rejects.flush();
    const checkpoint = createCheckpoint(this.#facts, ledger, rejects);
    await this.#identifyStream(checkpoint);
    await this.#write({ ...checkpoint, identities: this.#facts.identities });
    this.hasCheckpoint = true;
  }

  /** Adds new reject files to the previous checkpoint before anything is written to them. */
  async #nameNewFiles(rejects: RejectFiles): Promise<void> {
    let files = rejects.createFiles();
    while (files.length > 0 && this.#last !== undefined) {
      await this.#write({ ...this.#last, rejects: [...this.#last.rejects, ...files] });
      rejects.markNamed(files);
      files = rejects.createFiles();
    }
  }

  /**
   * Identifies standard input up to the frontier. Files and objects keep the identity from the first run: if one has
   * changed, this resume refuses it and the next one must do so too.
   */
  async #identifyStream({ source, position }: Checkpoint): Promise<void> {
    const { identities } = this.#facts;
    if (identities[source]?.kind !== 'stdin') return;
    const identity = await this.#options.sources[source]?.identify(position.offset);
    if (identity?.kind === 'stdin') this.#facts = { ...this.#facts, identities: identities.with(source, identity) };
  }

  async #write(checkpoint: Checkpoint): Promise<void> {
    this.#last = checkpoint;
    await writeCheckpoint(this.checkpoint, checkpoint);
  }
}
