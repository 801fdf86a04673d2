import { describe, expect, it } from 'vitest';
import { headName } from '../../../../src/pipeline/bucket/keys.ts';
import type { ListedObject } from '../../../../src/pipeline/bucket/listing.ts';
import { jobIdOf, type ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import { statesKeptMs } from '../../../../src/pipeline/bucket/keys.ts';
import { isInput, isKnown, sift, takeStock } from '../../../../src/pipeline/status/unstarted.ts';
import { memoryConnected } from './memory-connected.ts';

const nowMs = Date.UTC(2026, 10, 20, 10);
const object: ListedObject = { key: 'import/a.csv', sizeBytes: 10, etag: '"1"', lastModifiedMs: nowMs - 60_000 };
const version: ObjectVersion = { ...object, bucket: 'b', versionId: null };
const head = headName(object.key);

describe('of an object the lists', () => {
  it.each<[title: string, object: ListedObject, heads: string[], jobs: string[], expected: [number, number, number]]>([
    ['say that it is not begun, without head and job', object, [], [], [1, 0, 0]],
    ['say that it is, with its job', object, [head], [jobIdOf(version)], [0, 0, 0]],
    ['say so where they tell the time more exactly', { ...object, lastModifiedMs: nowMs - 59_500 }, [], [jobIdOf({ ...version, lastModifiedMs: nowMs - 60_000 })], [0, 0, 0]],
    ['leave it to its head where the name of the job has a version', object, [head], [jobIdOf({ ...version, versionId: 'v' })], [0, 1, 0]],
    ['leave it to its head where it was put again', { ...object, etag: '"2"' }, [head], [jobIdOf(version)], [0, 1, 0]],
    ['take the job of another object for none', object, [], [jobIdOf({ ...version, key: 'import/b.csv' })], [1, 0, 0]],
    ['say nothing where states may be forgotten', { ...object, lastModifiedMs: nowMs - statesKeptMs - 1_000 }, [], [], [0, 0, 1]],
    ['count on them as long as they are kept', { ...object, lastModifiedMs: nowMs - statesKeptMs }, [], [], [1, 0, 0]],
  ])('%s', (_, one, heads, jobs, [found, doubtful, forgotten]) => {
    const sifted = sift({ bucket: 'b', objects: [one], heads: new Set(heads), jobs: new Set(jobs), nowMs });
    expect([sifted.objects.length, sifted.doubtful.length, sifted.forgotten]).toEqual([found, doubtful, forgotten]);
  }); // prettier-ignore
});

it.each<[title: string, change: Partial<ObjectVersion>, expected: boolean]>([
  ['knows its own version', {}, true],
  ['knows its own version, whatever that is called', { versionId: 'v' }, true],
  ['knows no other content', { etag: '"2"' }, false],
  ['knows not the same content put again', { lastModifiedMs: object.lastModifiedMs - 1_000 }, false],
])('a head %s', (_, change, expected) => {
  const of = { ...version, ...change };
  expect(isKnown({ object: of, job: jobIdOf(of), earlier: [] }, object)).toBe(expected);
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
])('the key %s with the suffix %s is one that is loaded: %s', (key, suffix, expected) => {
  expect(isInput(key, { ...memoryConnected().found.description, suffix })).toBe(expected);
});

describe('the stock of a pipeline', () => {
  it('has what nobody has begun, also a newer version, and in a bucket with versions', async () => {
    const connected = memoryConnected();
    const { pipeline } = connected;
    const stop = new AbortController().signal;
    const terms = { stop, leaseMs: () => 60_000 };
    pipeline.putObject('import/known.csv');
    await pipeline.handler.put('import/known.csv', terms);
    const versioned = connected.putSilently('import/versioned.csv', { versionId: 'v1' });
    await pipeline.handler.put('import/versioned.csv', terms);
    pipeline.putObject('import/newer.csv');
    await pipeline.handler.put('import/newer.csv', terms);
    connected.putSilently('import/newer.csv', { etag: '"2"' });
    connected.putSilently('import/left.csv');
    connected.putSilently('import/folder/');
    const { objects, jobs, forgotten } = await takeStock(connected);
    expect(objects.map(({ key }) => key).sort()).toEqual(['import/left.csv', 'import/newer.csv']);
    expect(jobs).toHaveLength(3);
    expect(jobs).toContain(versioned);
    expect(forgotten).toBe(0);
  });
});
