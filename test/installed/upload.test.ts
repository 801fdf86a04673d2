import { expect } from 'vitest';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { makeCsvText } from '../helpers/csv.ts';
import { ministackTests } from '../helpers/emulators/with-ministack.ts';
import { makeDescribedPipeline } from '../helpers/pipeline/description.ts';
import { differencesFrom } from '../helpers/pipeline/files.ts';
import { readSummary } from '../helpers/pipeline/read-state.ts';
import type { Pipeline } from '../helpers/pipeline/pipeline.ts';
import { runUpload, parseUploadOutput, startUpload } from '../helpers/pipeline/upload.ts';
import { makeFolder } from '../helpers/temp.ts';
import { workUntilEmpty } from '../helpers/pipeline/worker.ts';
import { until } from '../helpers/until.ts';

const { test, ministack } = ministackTests();
const people = 'id,name\n1,Ada\n2,Grace\n3,Edsger\n';

function headOf({ ministack: { s3 }, bucket }: Pipeline, key: string) {
  return s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
}

test('upload puts a file and prints how to follow its job', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const result = await runUpload(pipeline, ['people.csv'], { cwd });
  expect(result.status).toBe(0);
  expect(await pipeline.getText('import/people.csv')).toBe(people);
  const { VersionId, Metadata, ETag, LastModified = new Date(0) } = await headOf(pipeline, 'import/people.csv');
  expect({ VersionId, Metadata }).toEqual({ Metadata: {} });
  const version = [pipeline.bucket, 'import/people.csv', ETag, LastModified.getTime()];
  const time = LastModified.toISOString().replace(/[-:]|\..*/g, '');
  const job = `${time}Z-${createHash('sha256').update(JSON.stringify(version)).digest('hex').slice(0, 20)}`;
  expect(result.stdout).toBe(
    `Uploaded people.csv (31 B) to s3://${pipeline.bucket}/import/people.csv as job ${job}\n\nFollow it:\n  csv2ddb status ${job} --bucket ${pipeline.bucket}\n`,
  );
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await readSummary(pipeline, 'import/people.csv')).toMatchObject({ job, state: 'done', read: 3 });
  expect(await differencesFrom(pipeline, join(cwd, 'people.csv'))).toEqual([]);
});

test('upload puts several files and prints one JSON object for them', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'one.csv': 'id\n1\n', 'two ü.csv': 'id\n2\n' });
  const result = await runUpload(pipeline, ['one.csv', 'two ü.csv', '--json'], { cwd });
  expect(result.status).toBe(0);
  expect(parseUploadOutput(result)).toMatchObject({
    bucket: pipeline.bucket,
    uploads: [
      { file: 'one.csv', key: 'import/one.csv', bytes: 5, state: 'put' },
      { file: 'two ü.csv', key: 'import/two ü.csv', bytes: 5, state: 'put' },
    ],
    exitStatus: 0,
    error: null,
  });
  expect(await pipeline.list('import/')).toEqual(['import/one.csv', 'import/two ü.csv']);
});

test('upload puts standard input under the name of --key', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({});
  const result = await runUpload(pipeline, ['--key', 'a folder/people.csv'], { cwd, stdin: people });
  expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('Uploaded stdin (31 B)') as string });
  expect(await pipeline.getText('import/a folder/people.csv')).toBe(people);
});

test('upload puts a large file and a large pipe in parts', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const bytes = Buffer.from(makeCsvText('id,text', 250_000, (n) => `${n},${'x'.repeat(80)}`));
  expect(bytes.length).toBeGreaterThan(2 * 8 * 1024 ** 2);
  const cwd = makeFolder({ 'large.csv': bytes });
  const file = await runUpload(pipeline, ['large.csv', '--report-every', '100ms'], { cwd });
  expect(file.status).toBe(0);
  const pipe = await runUpload(pipeline, ['--key', 'pipe.csv', '--expected-size', '1GiB'], { cwd, stdin: bytes });
  expect(pipe.status).toBe(0);
  for (const key of ['import/large.csv', 'import/pipe.csv']) {
    const { ETag } = await headOf(pipeline, key);
    expect(ETag).toMatch(/-3"$/);
    expect(Buffer.from(await pipeline.getText(key)).equals(bytes)).toBe(true);
  }
});

test('upload stores the settings of a file, and names them in its metadata', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'german.csv': 'id;name\n1;Ada\n' });
  const result = await runUpload(pipeline, ['german.csv', '--delimiter', ';', '--max-errors', '5'], { cwd });
  expect(result.status).toBe(0);
  const { Metadata } = await headOf(pipeline, 'import/german.csv');
  const sha256 = Metadata?.['csv2ddb-settings'] ?? '';
  const text = await pipeline.getText(`state/settings/${sha256}`);
  expect(createHash('sha256').update(text).digest('hex')).toBe(sha256);
  expect(JSON.parse(text)).toEqual({ delimiter: ';', 'max-errors': '5' });
  expect((await workUntilEmpty(pipeline)).status).toBe(0);
  expect(await pipeline.items()).toEqual([{ id: { S: '1' }, name: { S: 'Ada' } }]);
});

test('upload refuses a key that the pipeline would not load, before it puts anything', async () => {
  const pipeline = await makeDescribedPipeline(ministack(), { suffix: 'DATA.csv' });
  const cwd = makeFolder({ 'DATA.csv': people, 'people.csv': people });
  const result = await runUpload(pipeline, ['DATA.csv', 'people.csv'], { cwd });
  expect(result).toMatchObject({ status: 64, stdout: '' });
  expect(result.stderr).toContain(
    'cannot upload people.csv as import/people.csv: this pipeline loads only keys that end in DATA.csv',
  );
  expect(await pipeline.list('import/')).toEqual([]);
});

test('upload does not overwrite its file with the summary', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const result = await runUpload(pipeline, ['people.csv', '--wait', '--summary', './people.csv'], { cwd });
  expect(result).toMatchObject({ status: 64, stderr: expect.stringContaining('people.csv: it is a source') as string });
  expect(readFileSync(join(cwd, 'people.csv'), 'utf8')).toBe(people);
  expect(await pipeline.list('import/')).toEqual([]);
});

test('Ctrl-C during a put leaves nothing behind: status 4', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const args = ['--key', 'people.csv', '--expected-size', '1GiB'];
  const running = startUpload(pipeline, args, { cwd: makeFolder({}), stdin: null });
  running.child.stdin?.write(`id\n${'1\n'.repeat(10 * 1024 ** 2)}`);
  await until(async () => (await countMultipartUploads(pipeline)) > 0);
  running.child.kill('SIGINT');
  expect(await running.ended).toMatchObject({
    status: 4,
    signal: null,
    stdout: '',
    stderr: expect.stringContaining('error INTERRUPTED: interrupted: stdin was not uploaded') as string,
  });
  expect(await countMultipartUploads(pipeline)).toBe(0);
  expect(await pipeline.list('import/')).toEqual([]);
});

async function countMultipartUploads({ ministack: { s3 }, bucket }: Pipeline): Promise<number> {
  return (await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
}

test('upload fails for a bucket without a pipeline', async () => {
  const pipeline = await makeDescribedPipeline(ministack());
  const cwd = makeFolder({ 'people.csv': people });
  const elsewhere = { ...pipeline, bucket: 'other-bucket' };
  const result = await runUpload(elsewhere, ['people.csv'], { cwd });
  expect(result).toMatchObject({ status: 3, stderr: expect.stringContaining('error PIPELINE_NOT_FOUND') as string });
});

test('upload --print-policy prints the policy for an existing pipeline, or else for any', async () => {
  const pipeline = await makeDescribedPipeline(ministack(), {}, { prefix: 'in/' });
  const cwd = makeFolder({});
  const found = await runUpload(pipeline, ['people.csv', '--print-policy', '--wait'], { cwd });
  expect(found).toMatchObject({ status: 0, stderr: '' });
  const policy = JSON.parse(found.stdout) as { Statement: { Sid: string; Action: string[]; Resource: string[] }[] };
  const imports = policy.Statement.find(({ Sid }) => Sid === 'Imports');
  expect(imports).toMatchObject({
    Action: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    Resource: [`arn:aws:s3:::${pipeline.bucket}/in/*`],
  });
  expect(policy.Statement.map(({ Sid }) => Sid)).toContain('DeadLetters');

  const env = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
  const blind = await runUpload(pipeline, ['--print-policy'], { cwd, env });
  expect(blind).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('cannot determine the account and region') as string,
  });
  expect(blind.stdout).not.toContain('DeadLetters');
  expect(blind.stdout).toContain('"arn:aws:sqs:*:*:csv2ddb"');
});
