import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect } from 'vitest';
import { makeCsvText } from '../helpers/csv.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { putDefaultSettings } from '../helpers/pipeline/files.ts';
import { addLoader, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { nothingPending, readRejects } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { waitUntilLoading } from '../helpers/pipeline/worker.ts';

/** Slow enough that a file of 2,000 records takes at least 10 s. */
const slowSettings = { 'max-write-units': 200 };

const makeFileText = (records: number, value: string): string =>
  makeCsvText('id,v', records, (index) => `k-${index},${value} ${index}`);

describe('an object for the function', () => {
  const { test, together } = withMinistack();

  together('that is replaced during its load leaves its newer version in the table', 150_000, async (aws) => {
    const pipeline = await makePipeline(aws);
    await putDefaultSettings(pipeline, slowSettings);
    await addLoader(pipeline, { timeoutS: 45, maximumConcurrency: 2 });
    await pipeline.putObject('import/a.csv', makeFileText(5_000, 'old'));
    await waitUntilLoading(pipeline);
    await putDefaultSettings(pipeline, {});
    await pipeline.putObject('import/a.csv', makeFileText(5_000, 'new'));

    const { summaries, pending } = await waitUntilEnded(pipeline, 2, 120_000);
    expect(pending).toEqual(nothingPending);
    const old = summaries.find(({ state }) => state === 'replaced');
    expect(old).toMatchObject({ exitStatus: 3, error: { code: 'SOURCE_CHANGED' } });
    expect(old?.read).toBeLessThan(5_000);
    const [done, ...others] = summaries.filter((summary) => summary !== old);
    expect(others).toEqual([]);
    expect(done).toMatchObject({ state: 'done', written: 5_000, exitStatus: 0 });
    // The lease of the older job would have lasted 55 s.
    expect(done?.seconds).toBeLessThan(45);
    const items = await pipeline.items();
    expect(items).toHaveLength(5_000);
    expect(items.filter(({ v }) => v?.S?.startsWith('new ') !== true)).toEqual([]);
  });

  together('that is deleted during its load ends its job as gone', 150_000, async (aws) => {
    const pipeline = await makePipeline(aws, { topic: true });
    await putDefaultSettings(pipeline, slowSettings);
    await addLoader(pipeline, { timeoutS: 5, maximumConcurrency: 2 });
    await pipeline.putObject('import/a.csv', makeFileText(5_000, 'v'));
    await waitUntilLoading(pipeline);
    await aws.s3.send(new DeleteObjectCommand({ Bucket: pipeline.bucket, Key: 'import/a.csv' }));

    const { summaries, pending } = await waitUntilEnded(pipeline, 1, 120_000);
    expect(pending).toEqual(nothingPending);
    expect(summaries).toMatchObject([{ state: 'gone', exitStatus: 3, error: { code: 'SOURCE_UNREADABLE' } }]);
    const { read, written } = summaries[0] ?? {};
    expect(read).toBe(written);
    expect(read).toBeLessThan(5_000);
    // The written items stay, and there are at least as many as counted.
    expect((await pipeline.items()).length).toBeGreaterThanOrEqual(written ?? Infinity);
  });

  test('gets its own job and summary, whatever its content', 150_000, async (aws) => {
    const pipeline = await makePipeline(aws);
    await putDefaultSettings(pipeline, { 'max-errors': 3 });
    const bodies = {
      'nothing.csv': '',
      'header.csv': 'id,v\n',
      'good.csv': 'id,v\ng1,1\ng2,2\n',
      'two-bad.csv': 'id,v\nt1,1\nt2\n"t3",3\n,4\nt5,5\n',
      'all-bad.csv': `id,v\n${'bad\n'.repeat(50)}`,
    };
    await addLoader(pipeline, { timeoutS: 60, maximumConcurrency: 2 });
    for (const [name, body] of Object.entries(bodies)) await pipeline.putObject(`import/${name}`, Buffer.from(body));

    const { summaries, pending } = await waitUntilEnded(pipeline, Object.keys(bodies).length, 120_000);
    expect(pending).toEqual(nothingPending);
    const of = (name: string) => summaries.find(({ key }) => key === `import/${name}`);
    const done = { state: 'done', error: null };
    expect(of('nothing.csv')).toMatchObject({
      ...done,
      read: 0,
      written: 0,
      bytes: 0,
      rejectsFile: null,
      exitStatus: 0,
    });
    expect(of('header.csv')).toMatchObject({
      ...done,
      read: 0,
      written: 0,
      bytes: 5,
      rejectsFile: null,
      exitStatus: 0,
    });
    expect(of('good.csv')).toMatchObject({ ...done, read: 2, written: 2, rejectsFile: null, exitStatus: 0 });
    const [twoBad, allBad] = [of('two-bad.csv'), of('all-bad.csv')];
    expect(twoBad).toMatchObject({ ...done, read: 5, written: 3, rejected: 2, exitStatus: 1 });
    expect(allBad).toMatchObject({ state: 'rejects', written: 0, exitStatus: 2, error: { code: 'TOO_MANY_ERRORS' } });
    expect(allBad?.rejected).toBeGreaterThan(3);
    expect(allBad?.read).toBe(allBad?.rejected);
    expect((await pipeline.items()).map(({ id }) => id?.S).sort()).toEqual(['g1', 'g2', 't1', 't3', 't5']);

    // The rejected records are stored as a CSV, with their reasons in a second object.
    const [rejects] = await readRejects(pipeline, twoBad?.rejectsFile ?? null);
    expect(rejects?.text).toBe('id,v\nt2\n,4\n');
    const file = `s3://${pipeline.bucket}/import/two-bad.csv`;
    expect(rejects?.reasons).toMatchObject([
      { file, record: 2, line: 3, offset: 10, code: 'TOO_FEW_FIELDS', reason: expect.any(String) as string },
      { file, record: 4, line: 5, offset: 20, code: 'KEY_EMPTY', reason: expect.any(String) as string },
    ]);
    const [all] = await readRejects(pipeline, allBad?.rejectsFile ?? null);
    expect(all?.text).toBe(`id,v\n${'bad\n'.repeat(allBad?.rejected ?? 0)}`);
    expect(all?.reasons).toHaveLength(allBad?.rejected ?? 0);
    expect(await pipeline.list('rejects/')).toHaveLength(4);
  });
});
