import { expect, it } from 'vitest';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveWorker } from '../../../../src/options/resolve-worker.ts';
import type { FoundPipeline } from '../../../../src/pipeline/find.ts';
import { completeSettings } from '../../../../src/pipeline/worker/complete-settings.ts';
import { makeRawOptions, type Texts } from '../../options/given.ts';

const place = { account: '123456789012', region: 'eu-west-1', partition: 'aws' };
const found: FoundPipeline = {
  place,
  bucket: 'its-bucket',
  description: {
    name: null,
    table: 'its-table',
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/its-queue',
    deadLettersUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/its-dead-letters',
    notify: 'arn:aws:sns:eu-west-1:123456789012:its-topic',
    prefix: 'import/',
    suffix: null,
    function: null,
  },
};
const its = {
  table: 'its-table',
  bucket: 'its-bucket',
  queueUrl: found.description.queueUrl,
  bucketOwner: '123456789012',
  notify: 'arn:aws:sns:eu-west-1:123456789012:its-topic',
};
const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/210987654321/mine';

it.each<[title: string, texts: Texts, expected: object]>([
  ['all settings of its pipeline', {}, its],
  ['the given table', { table: 'mine' }, { ...its, table: 'mine' }],
  ['the given bucket', { bucket: 'mine' }, { ...its, bucket: 'mine' }],
  [
    'the given queue, whose account must own the bucket',
    { queueUrl },
    { ...its, queueUrl, bucketOwner: '210987654321' },
  ],
  [
    'the given topic and owner',
    { notify: 'arn:aws:sns:eu-west-1:123456789012:mine', bucketOwner: '111111111111' },
    { ...its, notify: 'arn:aws:sns:eu-west-1:123456789012:mine', bucketOwner: '111111111111' },
  ],
])('a worker uses %s', async (_, texts, expected) => {
  const settings = await completeSettings(resolveWorker(parseOptions(makeRawOptions(texts)), {}), () =>
    Promise.resolve(found),
  );
  expect(settings).toMatchObject(expected);
});

it('a worker with all settings does not look for a pipeline', async () => {
  const wishes = resolveWorker(parseOptions(makeRawOptions({ table: 'mine', bucket: 'mine', queueUrl })), {});
  const settings = await completeSettings(wishes, () => Promise.reject(new Error('unexpected call')));
  expect(settings).toMatchObject({ table: 'mine', bucket: 'mine', queueUrl, bucketOwner: '210987654321' });
  expect(settings.notify).toBeUndefined();
});
