import { describe, expect, it } from 'vitest';
import { openJobKey } from '../../../../src/pipeline/bucket/keys.ts';
import { findJob, listCandidateKeys } from '../../../../src/pipeline/status/find-job.ts';
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
])('lists the keys that %s may stand for', (name, keys) => {
  expect(listCandidateKeys(name, memoryConnected({ suffix: '.csv' }).found)).toEqual(keys);
});

describe('finding a job by name', () => {
  it('finds the newest job of a key, and a newer version whose job has not started', async () => {
    const connected = memoryConnected();
    const job = connected.pipeline.putObject('import/a.csv');
    await connected.pipeline.handler.handleObject('import/a.csv', terms);
    const known = { key: 'import/a.csv', job, unstarted: undefined };
    for (const name of ['a.csv', 'import/a.csv', 's3://b/import/a.csv', job]) {
      expect(await findJob(connected, name)).toEqual(known);
    }
    connected.putSilently('import/a.csv', { etag: '"2"' });
    expect(await findJob(connected, 'a.csv')).toMatchObject({ job, unstarted: { etag: '"2"' } });
    // A job ID means that job, not the newest one.
    expect(await findJob(connected, job)).toEqual(known);
  });

  it('finds a job whose object was deleted', async () => {
    const connected = memoryConnected();
    const job = connected.pipeline.putObject('import/a.csv');
    await connected.pipeline.handler.handleObject('import/a.csv', terms);
    connected.pipeline.bucket.objects.clear();
    expect(await findJob(connected, 'a.csv')).toEqual({ key: 'import/a.csv', job, unstarted: undefined });
  });

  it('finds an object without a job, and a job that is only marked as open', async () => {
    const connected = memoryConnected();
    const job = connected.putSilently('import/a.csv');
    expect(await findJob(connected, 'a.csv')).toMatchObject({ job: undefined, unstarted: { key: 'import/a.csv' } });
    await connected.store.create(openJobKey(job), { key: 'import/a.csv' });
    expect(await findJob(connected, job)).toEqual({ key: 'import/a.csv', job, unstarted: undefined });
  });

  it.each(['missing.csv', '20261120T100000Z-00000000000000000000', 'state/pipeline'])('fails for %s', async (name) => {
    await expect(findJob(memoryConnected(), name)).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
      exitStatus: 3,
      message: `job or file ${name} does not exist in pipeline b`,
      hint: expect.stringContaining('a key like import/…') as string,
    });
  });
});
