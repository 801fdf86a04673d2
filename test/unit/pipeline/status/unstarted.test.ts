import { describe, expect, it } from 'vitest';
import { latestVersionKey } from '../../../../src/pipeline/bucket/keys.ts';
import type { ListedObject } from '../../../../src/pipeline/bucket/listing.ts';
import { getJobId, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import { stateRetentionMs } from '../../../../src/pipeline/bucket/keys.ts';
import {
  isLoadedKey,
  isLatestVersion,
  classifyObjects,
  takeInventory,
} from '../../../../src/pipeline/status/unstarted.ts';
import { memoryConnected } from './memory-connected.ts';

const nowMs = Date.UTC(2026, 10, 20, 10);
const object: ListedObject = { key: 'import/a.csv', sizeBytes: 10, etag: '"1"', lastModifiedMs: nowMs - 60_000 };
const version: ObjectVersion = { ...object, bucket: 'b', versionId: null };
const head = latestVersionKey(object.key);

describe('classifying an object by listings', () => {
  it.each<[title: string, object: ListedObject, heads: string[], jobs: string[], expected: [number, number, number]]>([
    ['finds it unstarted without head and job', object, [], [], [1, 0, 0]],
    ['finds it started if its job exists', object, [head], [getJobId(version)], [0, 0, 0]],
    ['finds it started if the listing has milliseconds', { ...object, lastModifiedMs: nowMs - 59_500 }, [], [getJobId({ ...version, lastModifiedMs: nowMs - 60_000 })], [0, 0, 0]],
    ['reads the head of an object in a versioned bucket', object, [head], [getJobId({ ...version, versionId: 'v' })], [0, 1, 0]],
    ['reads the head of an object that was put again', { ...object, etag: '"2"' }, [head], [getJobId(version)], [0, 1, 0]],
    ['ignores the job of another object', object, [], [getJobId({ ...version, key: 'import/b.csv' })], [1, 0, 0]],
    ['counts it as expired after 28 days', { ...object, lastModifiedMs: nowMs - stateRetentionMs - 1_000 }, [], [], [0, 0, 1]],
    ['finds it unstarted as long as state is kept', { ...object, lastModifiedMs: nowMs - stateRetentionMs }, [], [], [1, 0, 0]],
  ])('%s', (_, listed, heads, jobs, [unstarted, undecided, expired]) => {
    const classified = classifyObjects({ bucket: 'b', objects: [listed], heads: new Set(heads), jobs: new Set(jobs), nowMs });
    expect([classified.objects.length, classified.undecided.length, classified.expired]).toEqual([unstarted, undecided, expired]);
  }); // prettier-ignore
});

it.each<[title: string, change: Partial<ObjectVersion>, expected: boolean]>([
  ['matches its own version', {}, true],
  ['matches its own version in a versioned bucket', { versionId: 'v' }, true],
  ['does not match other content', { etag: '"2"' }, false],
  ['does not match the same content put again', { lastModifiedMs: object.lastModifiedMs - 1_000 }, false],
])('a head %s', (_, change, expected) => {
  const named = { ...version, ...change };
  expect(isLatestVersion({ object: named, job: getJobId(named), earlier: [] }, object)).toBe(expected);
});

it.each([
  ['import/a.csv', null, true],
  ['import/2026/a.csv', null, true],
  ['import/a.csv', 'DATA.csv', false],
  ['import/x/DATA.csv', 'DATA.csv', true],
  ['import/', null, false],
  ['import/folder/', null, false],
  ['other/a.csv', null, false],
  ['state/pipeline', null, false],
])('decides whether the key %s is loaded with suffix %s: %s', (key, suffix, expected) => {
  expect(isLoadedKey(key, { ...memoryConnected().found.description, suffix })).toBe(expected);
});

describe('the inventory of a pipeline', () => {
  it('has objects without a job, also newer versions, and in a versioned bucket', async () => {
    const connected = memoryConnected();
    const { pipeline } = connected;
    const stop = new AbortController().signal;
    const terms = { stop, leaseMs: () => 60_000 };
    pipeline.putObject('import/known.csv');
    await pipeline.handler.handleObject('import/known.csv', terms);
    const versioned = connected.putSilently('import/versioned.csv', { versionId: 'v1' });
    await pipeline.handler.handleObject('import/versioned.csv', terms);
    pipeline.putObject('import/newer.csv');
    await pipeline.handler.handleObject('import/newer.csv', terms);
    connected.putSilently('import/newer.csv', { etag: '"2"' });
    connected.putSilently('import/left.csv');
    connected.putSilently('import/folder/');
    const { objects, jobs, expired } = await takeInventory(connected);
    expect(objects.map(({ key }) => key).sort()).toEqual(['import/left.csv', 'import/newer.csv']);
    expect(jobs).toHaveLength(3);
    expect(jobs).toContain(versioned);
    expect(expired).toBe(0);
  });
});
