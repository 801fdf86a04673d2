import type { GoOn } from '../../../../src/pipeline/queue/messages.ts';
import type { ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobSettings } from '../../../../src/pipeline/state/job.ts';
import type { Ended, LeasedTask, JobPorts } from '../../../../src/pipeline/jobs/ports.ts';
import type { Bucket, Clock } from '../../../../src/pipeline/bucket/bucket.ts';

export interface MemoryWorld {
  readonly world: JobPorts;
  /** What was sent, and not yet taken out by the test. */
  readonly sent: { readonly message: GoOn; readonly delayMs: number }[];
  readonly published: JobSummary[];
  /** State by its key. */
  readonly state: ReadonlyMap<string, { readonly body: string }>;
  /** Puts an object that is to be loaded. */
  putObject(key: string): ObjectVersion;
  deleteObject(key: string): void;
}

export interface MemoryWorldOptions {
  readonly clock: Clock;
  /** How a leased goes; default: all is done at once. */
  readonly load?: (leased: LeasedTask) => Promise<Ended>;
  /** Called with what is published; it is published when that is over. */
  readonly publish?: (summary: JobSummary) => Promise<void>;
  /** Called before each call of the bucket; what it throws is thrown there. */
  readonly before?: (call: keyof Bucket, key: string) => void;
}

const settings: JobSettings = {
  settings: { table: 'people', options: {} },
  parallel: 1,
  maxErrors: { kind: 'count', count: Infinity },
};

export const loadedWhole = ({ task }: LeasedTask): Ended => ({
  kind: 'done',
  work: {
    ...task.work,
    frontier: 100,
    acknowledged: 10,
    part: { ...task.work.part, bytes: 100, counts: { ...task.work.part.counts, read: 10, written: 10 } },
  },
});

/** The edges of a handler in this process: S3 and SQS answer at once. */
export function memoryWorld(options: MemoryWorldOptions): MemoryWorld {
  const {
    clock,
    load = (leased: LeasedTask) => Promise.resolve(loadedWhole(leased)),
    before = () => undefined,
  } = options;
  const state = new Map<string, { body: string; etag: string; modifiedMs: number }>();
  const objects = new Map<string, ObjectVersion>();
  const sent: MemoryWorld['sent'] = [];
  const published: JobSummary[] = [];
  let number = 0;
  const second = (ms: number): number => Math.floor(ms / 1000) * 1000;
  const answer = <T>(call: keyof Bucket, key: string, value: () => T): Promise<T> => {
    try {
      before(call, key);
      return Promise.resolve(value());
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const bucket: Bucket = {
    get: (key) =>
      answer('get', key, () => {
        const found = state.get(key);
        return found && { body: found.body, etag: found.etag, ageMs: second(clock.nowMs()) - second(found.modifiedMs) };
      }),
    put: (key, body, condition) =>
      answer('put', key, () => {
        const there = state.get(key)?.etag;
        if ('ifMatch' in condition ? there !== condition.ifMatch : there !== undefined) return undefined;
        const etag = `"${++number}"`;
        state.set(key, { body, etag, modifiedMs: clock.nowMs() });
        return { etag };
      }),
    remove: (key) =>
      answer('remove', key, () => {
        state.delete(key);
      }),
    list: (prefix) => answer('list', prefix, () => [...state.keys()].filter((key) => key.startsWith(prefix)).sort()),
    head: (key) => answer('head', key, () => objects.get(key)),
  };
  return {
    sent,
    published,
    state,
    putObject(key) {
      const lastModifiedMs = second(clock.nowMs());
      const object = { bucket: 'b', key, versionId: null, etag: `"o${++number}"`, lastModifiedMs, sizeBytes: 100 };
      objects.set(key, object);
      return object;
    },
    deleteObject(key) {
      objects.delete(key);
    },
    world: {
      table: 'people',
      bucket,
      clock,
      load,
      queue: {
        send: (message, delayMs) => {
          sent.push({ message, delayMs });
          return Promise.resolve();
        },
      },
      boundaries: () => {
        throw new Error('nothing is cut');
      },
      publish: async (summary) => {
        await options.publish?.(summary);
        published.push(summary);
      },
      settle: () => Promise.resolve(settings),
      token: () => String(++number),
    },
  };
}
