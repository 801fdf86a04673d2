import { LoaderError } from '../../errors.ts';
import type { Settings } from '../settings.ts';
import { plural } from '../../text/format.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import {
  assertSameJob,
  assertSameTable,
  checkpointAt,
  identifyJob,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import { fileNameOf } from './file-name.ts';
import type { Ledger } from './ledger.ts';
import { acquireLock, type Lock } from './lock.ts';
import type { Job } from './resumable-job.ts';
import { RejectFiles } from './rejects.ts';

export function checkpointPathOf(settings: Settings, sources: readonly Source[]): string {
  return settings.report.checkpoint ?? `${fileNameOf(sources[0]?.baseName ?? 'source')}.checkpoint`;
}

/** How often the checkpoint follows the frontier. */
const saveEveryMs = 2_000;

/**
 * A job whose checkpoint is a file: takes its lock and finds out where to begin.
 * @param say told where an earlier run stopped, or that there was none.
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_UNUSABLE, CHECKPOINT_OF_ANOTHER_JOB
 */
export async function openFileJob(
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
  let last = from;
  let saving = Promise.resolve();
  let tableArn: string | undefined;
  let allColumns = from?.columns ?? null;
  let rejects: RejectFiles | undefined;

  async function saveNow(ledger: Ledger): Promise<void> {
    if (rejects === undefined) throw new Error('what is rejected has no place yet');
    // A new reject file is named by a checkpoint of the moment before it, so that it is filled only when it is known.
    for (let made = rejects.make(); made.length > 0 && last !== undefined; made = rejects.make()) {
      last = { ...last, rejects: [...last.rejects, ...made] };
      await writeCheckpoint(path, last);
      rejects.known(made);
    }
    // Files first: a checkpoint never knows of more than is on the disk. All of one moment: no await in between.
    const states = rejects.flush();
    const known = { job: identifyJob(settings, sources), tableArn: tableArn ?? null, identities, columns: allColumns };
    const checkpoint = checkpointAt(known, ledger, states);
    const { source, position } = checkpoint;
    const current = sources[source];
    // Only that of a stream grows with the frontier. A file's or an object's stays as the first run found it: what lies
    // there now may be another one, which a resume refuses, and the next one too.
    if (current !== undefined && identities[source]?.kind === 'stdin') {
      const now = await current.identify(position.offset);
      if (now.kind === 'stdin') identities[source] = now;
    }
    last = { ...checkpoint, identities: [...identities] };
    await writeCheckpoint(path, last);
    saved = true;
  }

  return {
    checkpoint: path,
    from,
    saveEveryMs,
    savesUnmoved: false,
    get saved() {
      return saved;
    },
    bind(table, columns) {
      if (from !== undefined) assertSameTable(path, from.tableArn, table.arn);
      tableArn = table.arn;
      allColumns = columns;
    },
    openRejects: () => (rejects = new RejectFiles(settings.report.rejects, sources, from?.rejects)),
    async save({ ledger }) {
      const mine = saving.then(() => saveNow(ledger));
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
