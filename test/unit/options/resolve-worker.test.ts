import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { readRawOptions, type RawOptions } from '../../../src/options/raw-options.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { resolveFunction, resolveWorker } from '../../../src/options/resolve-worker.ts';
import { makeRawOptions, type Texts } from './given.ts';

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/imports';
const needed = { table: 'people', bucket: 'my-bucket', queueUrl };

/** Returns the options in the environment of a function. */
function fromEnvironment(env: NodeJS.ProcessEnv): RawOptions {
  return readRawOptions('worker', () => ({ value: undefined, source: undefined }), env);
}

function refusalOf(resolve: () => unknown): LoaderError {
  try {
    resolve();
  } catch (error) {
    if (error instanceof LoaderError) return error;
  }
  throw new Error('the settings are accepted');
}

describe('the settings of a worker', () => {
  it('have every default filled in', () => {
    expect(resolveWorker(parseOptions(makeRawOptions(needed)), {})).toEqual({
      aws: { region: undefined, profile: undefined, endpointUrl: undefined },
      table: 'people',
      bucket: 'my-bucket',
      bucketOwner: '123456789012',
      queueUrl,
      notify: undefined,
      name: undefined,
      printPolicy: false,
      verbose: false,
      tasks: 2,
      untilEmpty: false,
      json: false,
      quiet: false,
      color: true,
    });
  });

  it('can be undefined if the pipeline has them', () => {
    const {
      table,
      bucket,
      bucketOwner,
      queueUrl: url,
      notify,
      name,
    } = resolveWorker(parseOptions(makeRawOptions({ name: 'orders' })), {});
    expect({ table, bucket, bucketOwner, url, notify, name }).toEqual({ name: 'orders' });
  });

  it('report all problems together', () => {
    const wrong: Texts = { table: 'people', bucket: 'My_Bucket', tasks: '65', quiet: 'true', verbose: 'true' };
    const error = refusalOf(() =>
      resolveWorker(parseOptions(makeRawOptions(wrong), [], ['people.yaml, line 1: unknown option']), {}),
    );
    expect(error).toMatchObject({
      code: 'USAGE',
      exitStatus: 64,
      hint: 'Run csv2ddb worker --help to list the options.',
    });
    expect(error.message.split('\n  ')).toEqual([
      '4 problems',
      'people.yaml, line 1: unknown option',
      "--bucket must be a bucket name of 3 to 63 lower-case letters, digits, periods or hyphens, not 'My_Bucket'",
      "--tasks must be a whole number from 1 to 64, not '65'",
      '--quiet and --verbose cannot be combined: use one of them',
    ]);
  });

  it.each([
    [queueUrl, undefined, '123456789012'],
    [queueUrl, '210987654321', '210987654321'],
    ['http://localhost:4566/000000000000/imports', undefined, '000000000000'],
    ['http://localhost:4566/queue/eu-west-1/000000000000/imports', undefined, '000000000000'],
    ['http://localhost:9324/imports', undefined, undefined],
    ['http://localhost:9324/queue/imports', undefined, undefined],
    // A queue can have any name.
    ['http://localhost:9324/123456789012', undefined, undefined],
  ])('take the bucket owner from the queue URL %s if the option is %s', (url, bucketOwner, owner) => {
    const texts = { ...needed, queueUrl: url, ...(bucketOwner !== undefined && { bucketOwner }) };
    expect(resolveWorker(parseOptions(makeRawOptions(texts)), {}).bucketOwner).toBe(owner);
  });

  it.each([
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/imports.fifo'],
    ['arn:aws:sqs:eu-west-1:123456789012:imports'],
    ['https://user:secret@sqs.eu-west-1.amazonaws.com/123456789012/imports'],
    ['imports'],
  ])('reject the queue URL %s', (url) => {
    const { message } = refusalOf(() => resolveWorker(parseOptions(makeRawOptions({ ...needed, queueUrl: url })), {}));
    expect(message).toMatch(/^--queue-url must be the URL of a standard queue/);
    expect(message).not.toContain('secret');
  });
});

describe('the settings of a function', () => {
  it('come from its environment', () => {
    const all = fromEnvironment({
      CSV2DDB_TABLE: 'people',
      CSV2DDB_BUCKET: 'my-bucket',
      CSV2DDB_QUEUE_URL: queueUrl,
      CSV2DDB_BUCKET_OWNER: '210987654321',
      CSV2DDB_NOTIFY: 'arn:aws:sns:eu-west-1:123456789012:loads',
      CSV2DDB_REGION: 'eu-west-1',
      CSV2DDB_ENDPOINT_URL: 'http://localhost:4566',
      // Ignored, because a worker has no such option, or because it is empty.
      CSV2DDB_DELIMITER: ';',
      CSV2DDB_PROFILE: '',
      AWS_REGION: 'us-east-1',
    });
    expect(resolveFunction(parseOptions(all), {})).toMatchObject({
      aws: { region: 'eu-west-1', profile: undefined, endpointUrl: 'http://localhost:4566' },
      table: 'people',
      bucket: 'my-bucket',
      bucketOwner: '210987654321',
      queueUrl,
      notify: 'arn:aws:sns:eu-west-1:123456789012:loads',
    });
    expect([...all.keys()]).not.toContain('delimiter');
  });

  it('report problems by the name of the variable', () => {
    const env = fromEnvironment({ CSV2DDB_TABLE: 'p', CSV2DDB_BUCKET: 'my-bucket' });
    const error = refusalOf(() => resolveFunction(parseOptions(env), {}));
    expect(error.message.split('\n  ')).toEqual([
      '2 problems',
      "CSV2DDB_TABLE must be a table name of 3 to 255 letters, digits, underscores, periods or hyphens, not 'p'",
      'CSV2DDB_QUEUE_URL is required: set it to the URL of the queue that receives the events of the bucket',
    ]);
  });
});
