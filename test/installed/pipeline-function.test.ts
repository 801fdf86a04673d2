import { describe, expect } from 'vitest';
import { fieldMakers, formatCsv, makeCsv } from '../helpers/csv.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { differencesFrom, putDefaultSettings, putFile } from '../helpers/pipeline/files.ts';
import { addLoader, readCalls, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { nothingPending, receivePublished } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';

describe('the function behind the queue', () => {
  const { test } = withMinistack();

  test(
    'loads a file of 100,000 records with equal keys and quoted newlines, and publishes one summary',
    240_000,
    async (aws) => {
      const records = 100_000;
      const bytes = formatCsv(
        makeCsv(records, {
          id: (_, rand) => `id-${Math.floor(rand() * 30_000)}`,
          number: fieldMakers.count,
          lines: fieldMakers.lines,
          unicode: fieldMakers.unicode,
          quoted: fieldMakers.quoted,
          sparse: fieldMakers.sparse,
          padding: (index) => String(index).repeat(10),
        }),
      );
      const pipeline = await makePipeline(aws, { topic: true, visibilityS: 330 });
      const loader = await addLoader(pipeline, { timeoutS: 300 });
      const key = 'import/a folder/people+ü%.csv';
      const file = await putFile(pipeline, key, bytes);

      const { summaries, pending } = await waitUntilEnded(pipeline, 1, 180_000);
      expect(pending).toEqual(nothingPending);
      expect(summaries).toHaveLength(1);
      const [summary] = summaries;
      expect(summary).toMatchObject({
        key,
        run: 1,
        state: 'done',
        order: 'file',
        ranges: 1,
        table: pipeline.table,
        read: records,
        skipped: 0,
        filtered: 0,
        rejected: 0,
        bytes: bytes.length,
        rejectsFile: null,
        exitStatus: 0,
        error: null,
      });
      const { written = 0, superseded = 0, items } = summary ?? {};
      expect(written + superseded).toBe(records);
      expect(items).toBe(written);
      expect(await differencesFrom(pipeline, file)).toEqual([]);

      expect((await receivePublished(pipeline)).map((message) => message.summary)).toEqual([summary]);
      const calls = await readCalls(pipeline, loader, 1);
      expect(calls).toHaveLength(1);
      expect(calls[0]).toMatchObject({
        messages: [
          {
            level: 'info',
            receives: 1,
            tasks: [{ job: summary?.job, task: 0, outcome: 'the job has ended', read: records, written, summary }],
          },
        ],
        metrics: [{ Table: pipeline.table, RecordsRead: records, RecordsWritten: written, JobsDone: 1, JobsFailed: 0 }],
        others: [],
      });
    },
  );

  test('loads a file in four parallel ranges if the settings say so', 120_000, async (aws) => {
    const records = 9_000;
    const bytes = formatCsv(
      makeCsv(records, {
        id: fieldMakers.id,
        lines: fieldMakers.lines,
        text: (index) => `${index}\n`.repeat(90),
        quoted: fieldMakers.quoted,
      }),
    );
    // A range has at least 1 MiB.
    expect(bytes.length).toBeGreaterThan(4 * 1024 * 1024);
    const pipeline = await makePipeline(aws, { topic: true, visibilityS: 90 });
    await putDefaultSettings(pipeline, { parallel: 4 });
    const loader = await addLoader(pipeline, { timeoutS: 60, maximumConcurrency: 4 });
    const file = await putFile(pipeline, 'import/wide.csv', bytes);

    const { summaries, pending } = await waitUntilEnded(pipeline, 1, 90_000);
    expect(pending).toEqual(nothingPending);
    expect(summaries).toHaveLength(1);
    expect(summaries[0]).toMatchObject({
      state: 'done',
      order: 'range',
      ranges: 4,
      exitStatus: 0,
      error: null,
      read: records,
      written: records,
      superseded: 0,
      rejected: 0,
      bytes: bytes.length,
    });
    expect(await differencesFrom(pipeline, file)).toEqual([]);
    expect((await receivePublished(pipeline)).map((message) => message.summary)).toEqual(summaries);

    // One call splits the file and four load a range; one of them publishes the summary.
    const calls = await readCalls(pipeline, loader, 5);
    const tasks = calls.flatMap(({ messages }) => messages).flatMap((message) => message.tasks ?? []);
    const loadTasks = tasks.filter(({ read }) => read !== undefined);
    expect(loadTasks.map(({ task }) => String(task)).sort()).toEqual(['0', '1', '2', '3', 'cut']);
    for (const { task, read } of loadTasks) if (task !== 'cut') expect(read).toBeGreaterThan(records / 8);
    expect(loadTasks.reduce((sum, { read = 0 }) => sum + read, 0)).toBe(records);
    expect(tasks.filter(({ summary }) => summary !== undefined)).toHaveLength(1);
    const metrics = calls.flatMap((call) => call.metrics);
    expect(metrics.reduce((sum, line) => sum + Number(line['JobsDone']), 0)).toBe(1);
    expect(metrics.reduce((sum, line) => sum + Number(line['RecordsRead']), 0)).toBe(records);
  });
});
