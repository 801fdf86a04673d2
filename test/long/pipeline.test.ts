import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { JobSummary } from '../../src/pipeline/state/job-end.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putDefaultSettings } from '../helpers/pipeline/files.ts';
import { addLoader, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { nothingPending } from '../helpers/pipeline/read-state.ts';
import { makePipeline, type Pipeline } from '../helpers/pipeline/pipeline.ts';
import { tempDir } from '../helpers/run/run.ts';
import { records, writeRecords } from './records.ts';
import { startWorker } from '../helpers/pipeline/worker.ts';

const hourMs = 3_600_000;
/** Makes the file about 120 MB. */
const noteBytes = 65;

describe('a million records (120 MB) in the bucket of a pipeline', () => {
  const { test } = withMinistack();

  /** Uploads the file, waits until it is loaded, and compares the table with it. */
  async function uploadAndCompare(pipeline: Pipeline, load: () => Promise<void>): Promise<JobSummary> {
    const file = join(tempDir(), 'million.csv');
    await writeRecords(file, noteBytes);
    await putDefaultSettings(pipeline, { types: { count: 'N' } });
    await pipeline.putObject('import/million.csv', readFileSync(file));
    await load();
    const { summaries, pending } = await waitUntilEnded(pipeline, 1, hourMs);
    expect(pending).toEqual(nothingPending);
    const [summary] = summaries;
    if (summary === undefined) throw new Error('job has no summary');
    console.log(JSON.stringify(summary));
    expect(summary).toMatchObject({ state: 'done', read: records, rejected: 0, exitStatus: 0 });
    expect(summary.written + summary.superseded).toBe(records);
    expect(await differencesFrom(pipeline, file, { types: { count: 'N' } })).toEqual([]);
    return summary;
  }

  test('are loaded by a function with a timeout of one minute', hourMs, async (aws) => {
    const pipeline = await makePipeline(aws, { visibilityS: 360 });
    await addLoader(pipeline, { timeoutS: 60 });
    const { seconds } = await uploadAndCompare(pipeline, () => Promise.resolve());
    expect(seconds, 'takes more than one call').toBeGreaterThan(60);
  });

  test('are loaded by a worker', hourMs, async (aws) => {
    const pipeline = await makePipeline(aws);
    await uploadAndCompare(pipeline, async () => {
      const result = await startWorker(pipeline, ['--until-empty'], { timeoutMs: hourMs }).ended;
      expect(result.status, result.stderr).toBe(0);
    });
  });
});
