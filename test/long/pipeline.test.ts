import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import { compareTableWithFile } from '../helpers/compare.ts';
import { addLoader, nothingPending, putDefaultSettings, untilEnded } from '../helpers/loader-function.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline.ts';
import { run, tempDir } from '../helpers/run.ts';
import { withMinistack } from '../helpers/with-ministack.ts';
import { records, writeRecords } from './records.ts';

const hourMs = 3_600_000;
/** About 120 MB in all. */
const noteBytes = 65;

describe('a million records, 120 MB, put into the bucket', () => {
  const { test } = withMinistack();

  /** Puts them, has them loaded, and holds the table against the file. */
  async function loaded(pipeline: Pipeline, load: () => Promise<void>): Promise<JobSummary> {
    const { table, ministack } = pipeline;
    const file = join(tempDir(), 'million.csv');
    await writeRecords(file, noteBytes);
    await putDefaultSettings(pipeline, { types: { count: 'N' } });
    await pipeline.putObject('import/million.csv', readFileSync(file));
    await load();
    const { summaries, pending } = await untilEnded(pipeline, 1, hourMs);
    expect(pending).toEqual(nothingPending);
    const [summary] = summaries;
    if (summary === undefined) throw new Error('there is no summary');
    console.log(JSON.stringify(summary));
    expect(summary).toMatchObject({ state: 'done', read: records, rejected: 0, exitStatus: 0 });
    expect(summary.written + summary.superseded).toBe(records);
    const mapping = { keys: ['id'], types: { count: 'N' } } as const;
    expect(await compareTableWithFile(ministack.dynamodb, table, file, mapping)).toEqual([]);
    return summary;
  }

  test('arrive by the function, which hands over each minute', hourMs, async (aws) => {
    const pipeline = await makePipeline(aws, { visibilityS: 360 });
    await addLoader(pipeline, { timeoutS: 60 });
    const { seconds } = await loaded(pipeline, () => Promise.resolve());
    expect(seconds, 'there was a hand-over').toBeGreaterThan(60);
  });

  test('arrive by a worker', hourMs, async (aws) => {
    const pipeline = await makePipeline(aws);
    await loaded(pipeline, async () => {
      const { table, bucket, queue } = pipeline;
      const args = ['worker', '--until-empty', '--table', table, '--bucket', bucket, '--queue-url', queue.url];
      const { accessKeyId, secretAccessKey } = aws.credentials;
      const env = {
        AWS_ENDPOINT_URL: aws.endpoint,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      };
      const result = await run(args, { cwd: tempDir(), env, timeoutMs: hourMs });
      expect(result.status, result.stderr).toBe(0);
    });
  });
});
