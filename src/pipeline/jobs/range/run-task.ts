import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { openWire } from '../../../load/wire/open-wire.ts';
import { describeTable } from '../../../aws/table/describe.ts';
import type { Settings } from '../../../load/settings.ts';
import { unpackedIfPacked } from '../../../load/source/packed/packed.ts';
import { openVersion } from '../../../load/source/remote/s3.ts';
import type { Source } from '../../../load/source/source.ts';
import { settingsOf, unusable } from '../settings/load-options.ts';
import type { JobState } from '../../state/job.ts';
import type { Work } from '../../state/task.ts';
import type { Boundary, Ended, LeasedTask } from '../ports.ts';
import { boundaries } from './boundaries.ts';
import { loadRange } from './load-range.ts';

/** What working on a task takes of the world outside. */
export interface WorkEdges {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  /** Account that the bucket must belong to; undefined: any. */
  readonly owner: string | undefined;
  /** Puts an object of rejects, whatever lies there. */
  readonly put: (key: string, body: Uint8Array) => Promise<void>;
  /** Time between two checkpoints. */
  readonly saveEveryMs: number;
  /** Its proxies. */
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text: string) => void;
}

/** Loads what a task is about from the version of the object that its job is of. @throws LoaderError where it could not begin */
export async function loadTask(leased: LeasedTask, edges: WorkEdges): Promise<Ended> {
  const { dynamodb, env, saveEveryMs, put, say } = edges;
  const { job, task, stop } = leased;
  const settings = settingsOfJob(job);
  const { source, isPacked } = await openRange(job, settings, edges, task);
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
    const arrival = { hasCome: task.work.frontier === 0 };
    const noted = isPacked ? notingArrival(source, arrival) : source;
    const ended = await loadRange(settings, noted, table, { leased, saveEveryMs, put });
    return isPacked && ended.kind === 'stopped' ? { ...ended, isVain: !arrival.hasCome } : ended;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Where ranges of the job's object begin, behind the place to which it is cut. Packed bytes are one range: they can be read from their beginning only. */
export async function* cutsOf(job: JobState, from: Work, edges: WorkEdges): AsyncGenerator<Boundary, void, void> {
  const settings = settingsOfJob(job);
  const { source, isPacked } = await openRange(job, settings, edges, { from: from.frontier, to: null });
  try {
    if (!isPacked) yield* boundaries(settings, source, job.parallel, from);
  } finally {
    await source.close();
  }
}

/** The source, and whether its bytes have come from where the task goes on. */
function notingArrival(source: Source, arrival: { hasCome: boolean }): Source {
  return {
    name: source.name,
    baseName: source.baseName,
    storedBytes: source.storedBytes,
    storedOffset: (offset) => source.storedOffset(offset),
    identify: (offset) => source.identify(offset),
    head: () => source.head(),
    async *read(offset, expected) {
      for await (const chunk of source.read(offset, expected)) {
        arrival.hasCome = true;
        yield chunk;
      }
    },
    close: () => source.close(),
  };
}

function settingsOfJob({ settings, object, parallel }: JobState): Settings {
  if (settings === null) throw unusable(['the job has none']);
  return settingsOf(settings, `s3://${object.bucket}/${object.key}`, parallel);
}

/** @param range what lies behind its end is not read. */
async function openRange(
  { object }: JobState,
  { source: { compression } }: Settings,
  { s3, owner }: WorkEdges,
  { from, to }: { readonly from: number; readonly to: number | null },
): Promise<{ source: Source; isPacked: boolean }> {
  const plain = openVersion({ ...object, client: s3, owner }, to ?? undefined);
  // Only what is not packed has ranges behind the first.
  const source = from > 0 ? plain : await unpackedIfPacked(plain, compression);
  return { source, isPacked: source !== plain };
}
