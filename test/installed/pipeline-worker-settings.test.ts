import { expect } from 'vitest';
import { ministackTests, once } from '../helpers/emulators/with-ministack.ts';
import { putDefaultSettings, putSettings } from '../helpers/pipeline/files.ts';
import { nothingPending, readPending, receivePublished, readSummaries } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';

const { test, ministack } = ministackTests();

const missingSha = 'a'.repeat(64);

/** Loads files with all kinds of settings in one pipeline with default settings. */
const runWorker = once(async () => {
  const pipeline = await makePipeline(ministack(), { topic: true });
  await putDefaultSettings(pipeline, { types: { amount: 'N' } });
  await pipeline.putObject(
    'import/semicolons.csv',
    'key;count;text\ns-1;007;"a;b"\ns-2;1e3;c,d\n',
    await putSettings(pipeline, { delimiter: ';', types: { count: 'N' }, rename: { key: 'id' } }),
  );
  await pipeline.putObject('import/by-default.csv', 'id,amount\nd-1,12.50\nd-2,3\n');
  await pipeline.putObject('import/none.csv', 'id,amount\nn-1,12.50\n', await putSettings(pipeline, {}));
  const bad = {
    'import/not-there.csv': { 'csv2ddb-settings': missingSha },
    'import/no-sha.csv': { 'csv2ddb-settings': '../default' },
    'import/table.csv': await putSettings(pipeline, { table: 'other', delimiter: ';' }),
    'import/notify.csv': await putSettings(pipeline, { notify: 'arn:aws:sns:us-east-1:123456789012:other' }),
    'import/several.csv': await putSettings(pipeline, { delimitr: ';', types: { v: 'X' }, parallel: 0 }),
    'import/list.csv': await putSettings(pipeline, [] as never),
  };
  for (const [key, metadata] of Object.entries(bad)) await pipeline.putObject(key, `id,v\n${key},1\n`, metadata);
  const damaged = 'b'.repeat(64);
  await pipeline.putObject(`state/settings/${damaged}`, '{"delimiter":";"}');
  await pipeline.putObject('import/damaged.csv', 'id,v\ndamaged,1\n', { 'csv2ddb-settings': damaged });
  const result = await workUntilEmpty(pipeline);
  const summaries = await readSummaries(pipeline);
  return { pipeline, bad, result, summaries };
});

test('a file is loaded with the settings that its metadata names, or with the default of the pipeline', async () => {
  const { pipeline, summaries } = await runWorker();
  const items = await pipeline.items();
  expect(items).toHaveLength(5);
  expect(items).toEqual(
    expect.arrayContaining([
      { id: { S: 's-1' }, count: { N: '7' }, text: { S: 'a;b' } },
      { id: { S: 's-2' }, count: { N: '1000' }, text: { S: 'c,d' } },
      { id: { S: 'd-1' }, amount: { N: '12.5' } },
      { id: { S: 'd-2' }, amount: { N: '3' } },
      { id: { S: 'n-1' }, amount: { S: '12.50' } },
    ]),
  );
  expect(summaries.filter(({ state }) => state === 'done').map(({ key }) => key)).toEqual([
    ...['import/by-default.csv', 'import/none.csv', 'import/semicolons.csv'],
  ]);
});

test('settings that are missing, damaged or contain forbidden options fail the job and load nothing', async () => {
  const { bad, summaries } = await runWorker();
  const messages: Record<string, string> = {
    'import/not-there.csv': `settings ${missingSha}, named by the object, do not exist`,
    'import/no-sha.csv': "the object's metadata has '../default' instead of a SHA-256",
    'import/table.csv': 'table cannot be set for a file',
    'import/notify.csv': 'notify cannot be set for a file',
    'import/several.csv': 'delimitr cannot be set for a file',
    'import/list.csv': 'they must be option names and values',
    'import/damaged.csv': 'their content was changed after the upload',
  };
  expect(Object.keys(messages)).toEqual(expect.arrayContaining(Object.keys(bad)));
  for (const [key, message] of Object.entries(messages)) {
    expect(summaries.filter((summary) => summary.key === key)).toMatchObject([
      {
        state: 'failed',
        exitStatus: 3,
        read: 0,
        written: 0,
        error: { code: 'SETTINGS_INVALID', message: expect.stringContaining(message) as string },
      },
    ]);
  }
});

test('all problems of settings are reported together, one per line', async () => {
  const { result } = await runWorker();
  expect(result.stdout).toMatch(
    /import\/several\.csv: failed; .*\n {2}SETTINGS_INVALID: .*\n( {4}.*\n)* {4}types gives column 'v' the unknown type 'X'/,
  );
  expect(result.stdout).toContain('\n    parallel must be a whole number from 1 to 1000');
  expect(result.stdout).not.toContain('?  ');
});

test('unusable settings end the worker with status 3, and each job is published with the table of the pipeline', async () => {
  const { pipeline, result, summaries } = await runWorker();
  expect(result.status).toBe(3);
  expect(await readPending(pipeline)).toEqual(nothingPending);
  const messages = await receivePublished(pipeline);
  expect(messages).toHaveLength(summaries.length);
  expect(messages.map(({ summary }) => summary)).toEqual(expect.arrayContaining(summaries));
  for (const { subject, summary } of messages) {
    expect(summary.table).toBe(pipeline.table);
    expect(subject).toContain(` into ${pipeline.table}: `);
  }
});
