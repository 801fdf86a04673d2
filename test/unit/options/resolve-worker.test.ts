import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { readGiven, type Given } from '../../../src/options/raw-options.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { resolveFunction, resolveWorker } from '../../../src/options/resolve-worker.ts';
import { given, type Texts } from './given.ts';

const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/imports';
const needed = { table: 'people', bucket: 'my-bucket', queueUrl };

/** What a function finds in its environment. */
function fromEnvironment(env: NodeJS.ProcessEnv): Given {
  return readGiven('worker', () => ({ value: undefined, source: undefined }), env);
}

function refusalOf(resolve: () => unknown): LoaderError {
  try {
    resolve();
  } catch (error) {
    if (error instanceof LoaderError) return error;
  }
  throw new Error('the settings are taken');
}

describe('the settings of a worker', () => {
  it('have every default filled in', () => {
    expect(resolveWorker(parseOptions(given(needed)), {})).toEqual({
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

  it('may leave open what the pipeline has', () => {
    const {
      table,
      bucket,
      bucketOwner,
      queueUrl: url,
      notify,
      name,
    } = resolveWorker(parseOptions(given({ name: 'orders' })), {});
    expect({ table, bucket, bucketOwner, url, notify, name }).toEqual({ name: 'orders' });
  });

  it('that are wrong are told together', () => {
    const wrong: Texts = { table: 'people', bucket: 'My_Bucket', tasks: '65', quiet: 'true', verbose: 'true' };
    const error = refusalOf(() =>
      resolveWorker(parseOptions(given(wrong), [], ['people.yaml, line 1: unknown option']), {}),
    );
    expect(error).toMatchObject({ code: 'USAGE', exitStatus: 64, hint: 'csv2ddb worker --help lists the options' });
    expect(error.message.split('\n  ')).toEqual([
      '4 problems',
      'people.yaml, line 1: unknown option',
      "--bucket takes a bucket's name: 3 to 63 small letters, digits, . or -, not 'My_Bucket'",
      "--tasks takes a whole number from 1 to 64, not '65'",
      '--quiet and --verbose contradict each other: leave one out',
    ]);
  });

  it.each([
    [queueUrl, undefined, '123456789012'],
    [queueUrl, '210987654321', '210987654321'],
    ['http://localhost:4566/000000000000/imports', undefined, '000000000000'],
    ['http://localhost:4566/queue/eu-west-1/000000000000/imports', undefined, '000000000000'],
    ['http://localhost:9324/imports', undefined, undefined],
    ['http://localhost:9324/queue/imports', undefined, undefined],
    // A queue may be called anything.
    ['http://localhost:9324/123456789012', undefined, undefined],
  ])('take the owner of the bucket from the queue at %s, where %s is given', (url, bucketOwner, owner) => {
    const texts = { ...needed, queueUrl: url, ...(bucketOwner !== undefined && { bucketOwner }) };
    expect(resolveWorker(parseOptions(given(texts)), {}).bucketOwner).toBe(owner);
  });

  it.each([
    ['https://sqs.eu-west-1.amazonaws.com/123456789012/imports.fifo'],
    ['arn:aws:sqs:eu-west-1:123456789012:imports'],
    ['https://user:secret@sqs.eu-west-1.amazonaws.com/123456789012/imports'],
    ['imports'],
  ])('take no queue like %s', (url) => {
    const { message } = refusalOf(() => resolveWorker(parseOptions(given({ ...needed, queueUrl: url })), {}));
    expect(message).toMatch(/^--queue-url takes the URL of a standard queue/);
    expect(message).not.toContain('secret');
  });
});

describe('the settings of a function', () => {
  it('stand in its environment', () => {
    const all = fromEnvironment({
      CSV2DDB_TABLE: 'people',
      CSV2DDB_BUCKET: 'my-bucket',
      CSV2DDB_QUEUE_URL: queueUrl,
      CSV2DDB_BUCKET_OWNER: '210987654321',
      CSV2DDB_NOTIFY: 'arn:aws:sns:eu-west-1:123456789012:loads',
      CSV2DDB_REGION: 'eu-west-1',
      CSV2DDB_ENDPOINT_URL: 'http://localhost:4566',
      // Of no meaning to it, or set to nothing.
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

  it('that are wrong or missing are told by the name of their variable', () => {
    const env = fromEnvironment({ CSV2DDB_TABLE: 'p', CSV2DDB_BUCKET: 'my-bucket' });
    const error = refusalOf(() => resolveFunction(parseOptions(env), {}));
    expect(error.message.split('\n  ')).toEqual([
      '2 problems',
      "CSV2DDB_TABLE takes a table's name: 3 to 255 letters, digits, _, . or -, not 'p'",
      'CSV2DDB_QUEUE_URL is missing: the URL of the queue that the bucket sends its events to',
    ]);
  });
});
