import type { ListedObject, Listing } from '../../../../src/pipeline/bucket/listing.ts';
import { getJobId, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import type { ConnectedPipeline } from '../../../../src/pipeline/connect.ts';
import { memoryPipeline, MemoryQueue, type MemoryPipeline } from '../worker/memory-pipeline.ts';

export interface MemoryConnected extends ConnectedPipeline {
  readonly pipeline: MemoryPipeline;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  /** Puts an object without sending an event. @returns its job ID */
  putSilently(key: string, change?: Partial<ObjectVersion>): string;
}

const place = { account: '123456789012', region: 'us-east-1', partition: 'aws' };

/** A pipeline in memory for `status` and `redrive`. Create it after the test has installed its timers. */
export function memoryConnected(description: Partial<ConnectedPipeline['found']['description']> = {}): MemoryConnected {
  const pipeline = memoryPipeline();
  const { bucket, store, clock, queue } = pipeline;
  const listed = ({ key, sizeBytes, etag, lastModifiedMs }: ObjectVersion): ListedObject => ({
    key,
    sizeBytes,
    etag,
    lastModifiedMs,
  });
  const listing: Listing = {
    listObjects: (prefix) =>
      Promise.resolve([...bucket.objects.values()].filter(({ key }) => key.startsWith(prefix)).map(listed)),
    findObject: (key) => {
      const found = bucket.objects.get(key);
      return Promise.resolve(found && listed(found));
    },
    listFolders: async (prefix) => {
      const names = (await bucket.list(prefix)).map((key) => key.slice(prefix.length).split('/')[0] ?? '');
      return [...new Set(names)];
    },
  };
  return {
    pipeline,
    bucket,
    store,
    clock,
    listing,
    queue,
    deadLetters: new MemoryQueue(),
    found: {
      place,
      bucket: 'b',
      description: {
        name: null,
        table: 'people',
        queueUrl: 'q',
        deadLettersUrl: 'd',
        notify: null,
        prefix: 'import/',
        suffix: null,
        function: null,
        ...description,
      },
    },
    putSilently(key, change = {}) {
      const lastModifiedMs = Math.floor(Date.now() / 1000) * 1000;
      const object = { bucket: 'b', key, versionId: null, etag: '"1"', lastModifiedMs, sizeBytes: 1_000, ...change };
      bucket.objects.set(key, object);
      return getJobId(object);
    },
  };
}
