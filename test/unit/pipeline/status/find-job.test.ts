import { describe, expect, it } from 'vitest';
import { openName } from '../../../../src/pipeline/bucket/keys.ts';
import { findJob, keysOf } from '../../../../src/pipeline/status/find-job.ts';
import { memoryConnected } from './memory-connected.ts';

const terms = { stop: new AbortController().signal, leaseMs: () => 60_000 };

it.each([
  ['people.csv', ['import/people.csv']],
  ['import/people.csv', ['import/people.csv', 'import/import/people.csv']],
  ['s3://b/import/people.csv', ['import/people.csv', 'import/import/people.csv']],
  ['s3://other/import/people.csv', ['import/s3://other/import/people.csv']],
  ['2026/people.csv', ['import/2026/people.csv']],
  ['people.txt', []],
  ['import/', []],
])('%s names keys', (named, keys) => {
  expect(keysOf(named, memoryConnected({ suffix: '.csv' }).found)).toEqual(keys);
});

describe('what is meant by a name', () => {
  it('is the newest job of a key, by its head, and the version that nobody has begun', async () => {
    const connected = memoryConnected();
    const job = connected.pipeline.putObject('import/a.csv');
    await connected.pipeline.handler.put('import/a.csv', terms);
    const known = { key: 'import/a.csv', job, unbegun: undefined };
    for (const named of ['a.csv', 'import/a.csv', 's3://b/import/a.csv', job]) {
      expect(await findJob(connected, named)).toEqual(known);
    }
    connected.putSilently('import/a.csv', { etag: '"2"' });
    expect(await findJob(connected, 'a.csv')).toMatchObject({ job, unbegun: { etag: '"2"' } });
    // A job that is named is meant itself.
    expect(await findJob(connected, job)).toEqual(known);
  });

  it('is a job though its object is gone', async () => {
    const connected = memoryConnected();
    const job = connected.pipeline.putObject('import/a.csv');
    await connected.pipeline.handler.put('import/a.csv', terms);
    connected.pipeline.bucket.objects.clear();
    expect(await findJob(connected, 'a.csv')).toEqual({ key: 'import/a.csv', job, unbegun: undefined });
  });

  it('is an object without a job, and a job that is only marked', async () => {
    const connected = memoryConnected();
    const job = connected.putSilently('import/a.csv');
    expect(await findJob(connected, 'a.csv')).toMatchObject({ job: undefined, unbegun: { key: 'import/a.csv' } });
    await connected.store.make(openName(job), { key: 'import/a.csv' });
    expect(await findJob(connected, job)).toEqual({ key: 'import/a.csv', job, unbegun: undefined });
  });

  it.each(['nobody.csv', '20261120T100000Z-00000000000000000000', 'state/pipeline'])(
    'is nothing: %s',
    async (named) => {
      await expect(findJob(memoryConnected(), named)).rejects.toMatchObject({
        code: 'JOB_NOT_FOUND',
        exitStatus: 3,
        message: `${named} is no job of the pipeline b, and no file of it`,
        hint: expect.stringContaining('keys like import/…') as string,
      });
    },
  );
});
