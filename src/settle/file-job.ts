import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import type { Settings } from '../options/settings.ts';
import { plural } from '../report/format.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import {
  assertSameJob,
  assertSameTable,
  identifyJob,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import { fileNameOf } from './file-name.ts';
import type { Ledger } from './ledger.ts';
import { acquireLock, type Lock } from './lock.ts';
import type { RejectFiles } from './rejects.ts';

/** The file side of a job: its lock, the checkpoint it goes on from, and the one it leaves. */
export interface Job {
  readonly checkpointPath: string;
  /** Where an earlier run stopped; undefined for a job that starts. */
  readonly from: Checkpoint | undefined;
  /**
   * The table is found, and the columns are known: what a resume needs to go on with the same.
   * @throws LoaderError CHECKPOINT_OF_ANOTHER_JOB
   */
  bind(table: TableDescription, columns: readonly string[]): void;
  /** Writes the checkpoint of the state at the frontier. Calls follow each other. */
  save(ledger: Ledger, rejects: RejectFiles): Promise<void>;
  /** Whether there is a checkpoint to resume from. */
  readonly saved: boolean;
  /** The job is done: nothing is left to resume. */
  finish(): Promise<void>;
  release(): Promise<void>;
}

export function checkpointPathOf(settings: Settings, sources: readonly Source[]): string {
  return settings.report.checkpoint ?? `${fileNameOf(sources[0]?.baseName ?? 'source')}.checkpoint`;
}

/**
 * Takes the job's lock and finds out where to begin.
 * @param say told where an earlier run stopped, or that there was none.
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_UNUSABLE, CHECKPOINT_OF_ANOTHER_JOB
 */
export async function openJob(
  settings: Settings,
  sources: readonly Source[],
  say: (text: string) => void,
): Promise<Job> {
  const path = checkpointPathOf(settings, sources);
  const lock = await acquireLock(`${path}.lock`, 'CHECKPOINT_LOCKED');
  try {
    const from = await findStart(path, settings, sources, say);
    return await jobFrom(path, lock, from, settings, sources);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function findStart(
  path: string,
  settings: Settings,
  sources: readonly Source[],
  say: (text: string) => void,
): Promise<Checkpoint | undefined> {
  const { onUnfinished } = settings.report;
  if (onUnfinished === 'restart') {
    await removeCheckpoint(path);
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
  assertSameJob(path, found.job, identifyJob(settings, sources));
  say(`going on from ${path}: ${plural(found.counts.read, 'record')} settled before`);
  return found;
}

async function jobFrom(
  path: string,
  lock: Lock,
  from: Checkpoint | undefined,
  settings: Settings,
  sources: readonly Source[],
): Promise<Job> {
  const identities: SourceIdentity[] = [...(from?.identities ?? [])];
  if (from === undefined) for (const source of sources) identities.push(await source.identify(0));
  let saved = from !== undefined;
  let last: Omit<Checkpoint, 'format'> | undefined = from;
  let saving = Promise.resolve();
  let tableArn: string | undefined;
  let allColumns = from?.columns ?? null;

  async function saveNow(ledger: Ledger, rejects: RejectFiles): Promise<void> {
    // A new reject file is named by a checkpoint of the moment before it, so that it is filled only when it is known.
    for (let made = rejects.make(); made.length > 0 && last !== undefined; made = rejects.make()) {
      last = { ...last, rejects: [...last.rejects, ...made] };
      await writeCheckpoint(path, last);
      rejects.known(made);
    }
    // Files first: a checkpoint never knows of more than is on the disk. All of one moment: no await in between.
    const states = rejects.flush();
    const { source, position, header, bytesBefore } = ledger;
    const counts = { ...ledger.counts };
    const current = sources[source];
    // Only that of a stream grows with the frontier. A file's or an object's stays as the first run found it: what lies
    // there now may be another one, which a resume refuses, and the next one too.
    if (current !== undefined && identities[source]?.kind === 'stdin') {
      const now = await current.identify(position.offset);
      if (now.kind === 'stdin') identities[source] = now;
    }
    last = {
      job: identifyJob(settings, sources),
      tableArn: tableArn ?? null,
      identities: [...identities],
      source,
      position,
      header: header?.toString('base64') ?? null,
      columns: allColumns,
      bytesBefore,
      counts,
      rejects: states,
    };
    await writeCheckpoint(path, last);
    saved = true;
  }

  return {
    checkpointPath: path,
    from,
    get saved() {
      return saved;
    },
    bind(table, columns) {
      if (from !== undefined) assertSameTable(path, from.tableArn, table.arn);
      tableArn = table.arn;
      allColumns = columns;
    },
    async save(ledger, rejects) {
      const mine = saving.then(() => saveNow(ledger, rejects));
      saving = mine.catch(() => undefined);
      await mine;
    },
    async finish() {
      await saving;
      await removeCheckpoint(path);
      saved = false;
    },
    async release() {
      await saving;
      await lock.release();
    },
  };
}
