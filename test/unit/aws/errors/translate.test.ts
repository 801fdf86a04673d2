import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { toDynamoDBError } from '../../../../src/aws/errors/dynamodb.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { answer, answerError, serve, type Respond, type TestServer } from '../../load/wire/server.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const doing = { action: 'DescribeTable', table: 'orders' } as const;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** What a call through the SDK to a server that answers like this is told as. */
async function told(endpoint: string, signal?: AbortSignal): Promise<LoaderError> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 100, throwOnRequestTimeout: true },
  });
  try {
    await client.send(
      new DescribeTableCommand({ TableName: 'orders' }),
      signal === undefined ? {} : { abortSignal: signal },
    );
  } catch (error) {
    const known = toDynamoDBError(error, doing);
    if (known instanceof LoaderError) return known;
    throw known;
  } finally {
    client.destroy();
  }
  throw new Error('it did not fail');
}

async function toldFor(respond: Respond): Promise<LoaderError> {
  server = await serve(respond);
  return told(server.url);
}

describe('an error of the SDK', () => {
  it.each([
    [400, 'ResourceNotFoundException', 'TABLE_NOT_FOUND', /--create-table/],
    [400, 'AccessDeniedException', 'ACCESS_DENIED', /dynamodb:DescribeTable/],
    [400, 'UnrecognizedClientException', 'CREDENTIALS_INVALID', /aws sso login/],
    [400, 'ExpiredTokenException', 'CREDENTIALS_INVALID', /aws sso login/],
    [400, 'InvalidSignatureException', 'CREDENTIALS_INVALID', /aws sso login/],
    [400, 'RequestExpired', 'CLOCK_SKEWED', /NTP/],
    [400, 'ValidationException', 'REQUEST_REFUSED', undefined],
    [400, 'NeverHeardOfException', 'REQUEST_REFUSED', undefined],
    [400, 'ThrottlingException', 'RETRIES_EXHAUSTED', /minutes/],
    [500, 'InternalServerError', 'RETRIES_EXHAUSTED', /minutes/],
  ])('%i %s becomes %s', async (status, name, code, hint) => {
    const error = await toldFor((_, response) => {
      answerError(response, status, name);
    });
    expect(error.code).toBe(code);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
    expect(error.message + (error.hint ?? '')).not.toMatch(/AKID|secret-key/);
  });

  it('of an answer that is no DynamoDB’s says so', async () => {
    const error = await toldFor((_, response) => {
      answer(response, 200, '<html>', { 'content-type': 'text/html' });
    });
    expect(error.code).toBe('REQUEST_REFUSED');
    expect(error.message).toContain('not DynamoDB');
  });

  it('of an endpoint that nobody listens at names host and port only', async () => {
    server = await serve(() => undefined);
    await server.close();
    const { host } = new URL(server.url);
    const error = await told(`http://user:password@${host}/?query=1`);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toBe(`cannot reach ${host} (ECONNREFUSED)`);
  });

  it('of a name that no server has names it', async () => {
    const error = await told('http://user:password@nowhere.invalid:81/');
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toMatch(/^cannot reach nowhere\.invalid.* \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it('of an endpoint that keeps silent is told as such', async () => {
    expect((await toldFor(() => undefined)).code).toBe('ENDPOINT_UNREACHABLE');
  });

  it('of an endpoint with a certificate of nobody we know names NODE_EXTRA_CA_CERTS', async () => {
    server = await serve(() => undefined, true);
    const error = await told(server.url);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each(['ENOENT', 'EACCES'])(
    'of a file of the configuration that cannot be read (%s) is one of credentials',
    (code) => {
      const error = Object.assign(new Error(`${code}: open '/secret/token'`), { code, syscall: 'open' });
      expect(toDynamoDBError(error, doing)).toMatchObject({
        code: 'CREDENTIALS_INVALID',
        message: `cannot read an AWS configuration file (${code})`,
      });
    },
  );

  it('of a call that was aborted is an interruption', async () => {
    server = await serve(() => undefined);
    expect((await told(server.url, AbortSignal.abort())).code).toBe('INTERRUPTED');
  });

  it('comes back as it is when it is no operation’s failure but a bug', () => {
    const bug = new TypeError('undefined is not a function');
    expect(toDynamoDBError(bug, doing)).toBe(bug);
    const known = new LoaderError('TABLE_MISMATCH', 'said before');
    expect(toDynamoDBError(known, doing)).toBe(known);
  });
});
