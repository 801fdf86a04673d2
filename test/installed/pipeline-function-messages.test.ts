import { describe, expect } from 'vitest';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { addLoader, parseCalls, readCalls, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { sendMessage } from '../helpers/pipeline/messages.ts';
import { readPending, readSummaries } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';

describe('a batch of messages for the function', () => {
  const { test } = withMinistack();

  test(
    'with one message of unknown origin loads the others, and the unknown message becomes a dead letter',
    120_000,
    async (aws) => {
      const pipeline = await makePipeline(aws, { maxReceiveCount: 3 });
      const names = ['a', 'b', 'c', 'd'];
      for (const name of names) await pipeline.putObject(`import/${name}.csv`, `id,v\n${name}1,one\n${name}2,two\n`);
      const unknownBody = '{"Records":[{"eventSource":"aws:dynamodb"}]}';
      await sendMessage(pipeline, unknownBody);
      // All messages are queued before the function exists.
      const loader = await addLoader(pipeline, { timeoutS: 60, batchSize: 5 });

      const { summaries } = await waitUntilEnded(pipeline, names.length, 90_000);
      expect(summaries.map(({ key }) => key).sort()).toEqual(names.map((name) => `import/${name}.csv`));
      for (const summary of summaries) expect(summary).toMatchObject({ state: 'done', read: 2, written: 2 });
      const ids = (await pipeline.items()).map(({ id }) => id?.S).sort();
      expect(ids).toEqual(names.flatMap((name) => [`${name}1`, `${name}2`]));
      expect(await readPending(pipeline)).toEqual({ messages: 0, deadLetters: 1, open: [] });
      const dead = await pipeline.receiveAll(pipeline.deadLetters.url);
      expect(dead.map(({ Body }) => Body)).toEqual([unknownBody]);

      // The unknown message returns to the queue while the others are still being loaded.
      const calls = await readCalls(pipeline, loader, 7);
      const first = calls.find(({ messages }) => messages.length === 5);
      const outcomesOf = (call = first) =>
        call?.messages.map(({ receives, outcome, level }) => ({ receives, outcome, level }));
      const refused = (receives: number) => ({
        receives,
        outcome: 'not for this pipeline, returned to the queue',
        level: 'warn',
      });
      expect(outcomesOf()).toContainEqual(refused(1));
      const good = first?.messages.filter(({ tasks }) => tasks !== undefined) ?? [];
      expect(good).toHaveLength(4);
      for (const { receives, level, tasks } of good) {
        expect({ receives, level, tasks }).toMatchObject({
          receives: 1,
          level: 'info',
          tasks: [{ task: 0, written: 2 }],
        });
      }
      expect(calls.filter((call) => call !== first).map(outcomesOf)).toEqual([[refused(2)], [refused(3)]]);
    },
  );

  test('is logged in one line of JSON per message, and one line of metrics per load', 120_000, async (aws) => {
    const pipeline = await makePipeline(aws, { maxReceiveCount: 1 });
    await pipeline.putObject('import/two.csv', 'id,v\n1,one\n2,two\nthree\n');
    await pipeline.putObject('import/folder/', new Uint8Array());
    await sendMessage(pipeline, 'no JSON');
    await sendMessage(pipeline, { csv2ddb: 1, job: 'a-job', key: 'import/unknown.csv' });
    const loader = await addLoader(pipeline, { timeoutS: 60, batchSize: 5 });
    await waitUntilEnded(pipeline, 1, 60_000);

    const calls = await readCalls(pipeline, loader, 4);
    const messages = calls.flatMap((call) => call.messages);
    expect(
      messages.map(({ level, why, outcome, tasks }) => why ?? outcome ?? `${level}: ${tasks?.[0]?.outcome}`).sort(),
    ).toEqual([
      'info: the job does not exist',
      'the body is not a JSON object',
      'the event contains no object to load',
      'warn: the job has ended',
    ]);
    for (const { time, message, seconds } of messages) {
      expect(new Date(time).toISOString()).toBe(time);
      expect(message).toMatch(/^[\da-f-]{36}$/);
      expect(seconds).toBeGreaterThan(0);
    }
    const metrics = calls.flatMap((call) => call.metrics);
    expect(metrics).toMatchObject([
      { Table: pipeline.table, RecordsRead: 3, RecordsWritten: 2, RecordsRejected: 1, JobsDone: 0, JobsWithRejects: 1 },
    ]);
    // Each named metric needs a number, because CloudWatch drops the line otherwise.
    for (const line of metrics) {
      const named = line._aws.CloudWatchMetrics.flatMap((one) => one.Metrics.map(({ Name }) => Name));
      expect(named.length).toBeGreaterThan(5);
      for (const name of named) expect(line[name], name).toEqual(expect.any(Number));
      expect(line._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['Table']]);
    }
    expect(calls.flatMap(({ others }) => others)).toEqual([]);
    expect(parseCalls(await loader.log()).length).toBeGreaterThanOrEqual(1);
    expect(await readSummaries(pipeline)).toMatchObject([{ read: 3, written: 2, rejected: 1, exitStatus: 1 }]);
  });
});
