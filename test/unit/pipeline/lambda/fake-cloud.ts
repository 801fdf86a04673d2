import type { TaskMessage } from '../../../../src/pipeline/queue/messages.ts';
import type { ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import type { JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import type { JobSettings } from '../../../../src/pipeline/state/job.ts';
import type { TaskResult, LeasedTask, JobPorts } from '../../../../src/pipeline/jobs/ports.ts';
import type { PipelineBucket, PipelineClock } from '../../../../src/pipeline/bucket/bucket.ts';

export interface FakeCloud {
  readonly ports: JobPorts;
  /** Sent messages that the test has not removed yet. */
  readonly sent: { readonly message: TaskMessage; readonly delayMs: number }[];
  readonly published: JobSummary[];
  /** States by key. */
  readonly state: ReadonlyMap<string, { readonly body: string }>;
  /** Puts an object to load. */
  putObject(key: string): ObjectVersion;
  deleteObject(key: string): void;
}

export interface FakeCloudOptions {
  readonly clock: PipelineClock;
  /** Loads a leased task; default: completes it at once. */
  readonly load?: (leased: LeasedTask) => Promise<TaskResult>;
  /** Called before a summary is published. */
  readonly publish?: (summary: JobSummary) => Promise<void>;
  /** Called before each call of the bucket. The call fails with its errors. */
  readonly before?: (call: string, key: string) => void;
}

const settings: JobSettings = {
  settings: { table: 'people', options: {} },
  parallel: 1,
  maxErrors: { kind: 'count', count: Infinity },
};

export const completeLoad = ({ task }: LeasedTask): TaskResult => ({
  kind: 'done',
  work: {
    ...task.work,
    frontier: 100,
    acknowledged: 10,
    part: { ...task.work.part, bytes: 100, counts: { ...task.work.part.counts, read: 10, written: 10 } },
  },
});

/** Creates ports in memory. S3 and SQS respond at once. */
export function fakeCloud(options: FakeCloudOptions): FakeCloud {
  const {
    clock,
    load = (leased: LeasedTask) => Promise.resolve(completeLoad(leased)),
    before = () => undefined,
  } = options;
  const state = new Map<string, { body: string; etag: string; modifiedMs: number }>();
  const objects = new Map<string, ObjectVersion>();
  const sent: FakeCloud['sent'] = [];
  const published: JobSummary[] = [];
  let number = 0;
  const toSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;
  const respond = <T>(call: string, key: string, value: () => T): Promise<T> => {
    try {
      before(call, key);
      return Promise.resolve(value());
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const bucket: PipelineBucket = {
    get: (key) =>
      respond('get', key, () => {
        const found = state.get(key);
        return (
          found && { body: found.body, etag: found.etag, ageMs: toSeconds(clock.nowMs()) - toSeconds(found.modifiedMs) }
        );
      }),
    put: (key, body, condition) =>
      respond('put', key, () => {
        const current = state.get(key)?.etag;
        if ('ifMatch' in condition ? current !== condition.ifMatch : current !== undefined) return undefined;
        const etag = `"${++number}"`;
        state.set(key, { body, etag, modifiedMs: clock.nowMs() });
        return { etag };
      }),
    remove: (key) =>
      respond('remove', key, () => {
        state.delete(key);
      }),
    list: (prefix) => respond('list', prefix, () => [...state.keys()].filter((key) => key.startsWith(prefix)).sort()),
    findLatest: (key) => respond('head', key, () => objects.get(key)),
  };
  return {
    sent,
    published,
    state,
    putObject(key) {
      const lastModifiedMs = toSeconds(clock.nowMs());
      const object = { bucket: 'b', key, versionId: null, etag: `"o${++number}"`, lastModifiedMs, sizeBytes: 100 };
      objects.set(key, object);
      return object;
    },
    deleteObject(key) {
      objects.delete(key);
    },
    ports: {
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
      findBoundaries: () => {
        throw new Error('unexpected cut');
      },
      publish: async (summary) => {
        await options.publish?.(summary);
        published.push(summary);
      },
      resolveSettings: () => Promise.resolve(settings),
      token: () => String(++number),
    },
  };
}
