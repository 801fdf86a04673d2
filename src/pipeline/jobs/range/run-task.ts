import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { openWire } from '../../../load/wire/open-wire.ts';
import { describeTable } from '../../../aws/table/describe.ts';
import type { Settings } from '../../../load/settings.ts';
import { decompressIfNeeded } from '../../../load/source/compression/decompress-source.ts';
import { openObjectVersion } from '../../../load/source/remote/s3.ts';
import type { Source } from '../../../load/source/source.ts';
import { getRangeSettings, invalidSettings } from '../settings/load-options.ts';
import type { JobState } from '../../state/job.ts';
import type { TaskProgress } from '../../state/task.ts';
import type { Boundary, TaskResult, LeasedTask } from '../ports.ts';
import { findBoundaries } from './boundaries.ts';
import { loadRange } from './load-range.ts';

/** Dependencies of loading and cutting. */
export interface TaskDependencies {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  /** Account that must own the bucket; undefined: any. */
  readonly owner: string | undefined;
  /** Puts an object with rejected records unconditionally. */
  readonly put: (key: string, body: Uint8Array) => Promise<void>;
  /** Milliseconds between checkpoints. */
  readonly saveEveryMs: number;
  /** The environment, for its proxies. */
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

/** Loads the range of a task from its job's version of the object. @throws LoaderError if the load cannot start. */
export async function loadTask(leased: LeasedTask, dependencies: TaskDependencies): Promise<TaskResult> {
  const { dynamodb, env, saveEveryMs, put, say } = dependencies;
  const { job, task, stop } = leased;
  const settings = getSettings(job);
  const { source, isCompressed } = await openRange(job, settings, dependencies, task);
  const closers = [() => source.close()];
  try {
    const table = {
      openTable: () => describeTable(dynamodb, settings.table, { stop }),
      describe: () => describeTable(dynamodb, settings.table, { stop, waitMs: 0 }),
      openClient: async () => {
        const wire = await openWire(dynamodb, settings, env);
        closers.push(() => wire.close());
        return wire;
      },
      say,
    };
    const progress = { hasReached: task.work.frontier === 0 };
    const watched = isCompressed ? watchProgress(source, progress) : source;
    const ended = await loadRange(settings, watched, table, { leased, saveEveryMs, put });
    return isCompressed && ended.kind === 'stopped' ? { ...ended, hasNoProgress: !progress.hasReached } : ended;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Finds where the ranges after `from` start. A compressed object has one range, because it can only be read from its beginning. */
export async function* findTaskBoundaries(
  job: JobState,
  from: TaskProgress,
  dependencies: TaskDependencies,
): AsyncGenerator<Boundary, void, void> {
  const settings = getSettings(job);
  const { source, isCompressed } = await openRange(job, settings, dependencies, { from: from.frontier, to: null });
  try {
    if (!isCompressed) yield* findBoundaries(settings, source, job.parallel, from);
  } finally {
    await source.close();
  }
}

/** Wraps a source and notes when its first bytes arrive: then decompression has reached the frontier. */
function watchProgress(source: Source, progress: { hasReached: boolean }): Source {
  return {
    name: source.name,
    baseName: source.baseName,
    storedBytes: source.storedBytes,
    storedOffset: (offset) => source.storedOffset(offset),
    identify: (offset) => source.identify(offset),
    head: () => source.head(),
    async *read(offset, expected) {
      for await (const chunk of source.read(offset, expected)) {
        progress.hasReached = true;
        yield chunk;
      }
    },
    close: () => source.close(),
  };
}

function getSettings({ settings, object, parallel }: JobState): Settings {
  if (settings === null) throw invalidSettings(['the job has no settings']);
  return getRangeSettings(settings, `s3://${object.bucket}/${object.key}`, parallel);
}

/** Opens the object up to the end of a range. */
async function openRange(
  { object }: JobState,
  { source: { compression } }: Settings,
  { s3, owner }: TaskDependencies,
  { from, to }: { readonly from: number; readonly to: number | null },
): Promise<{ source: Source; isCompressed: boolean }> {
  const plain = openObjectVersion({ ...object, client: s3, owner }, to ?? undefined);
  // Only the first range can be compressed.
  const source = from > 0 ? plain : await decompressIfNeeded(plain, compression);
  return { source, isCompressed: source !== plain };
}
