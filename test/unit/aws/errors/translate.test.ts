import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it } from 'vitest';
import { toDynamoDBError } from '../../../../src/aws/errors/dynamodb.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { sendResponse, sendError, serve, type Respond, type TestServer } from '../../load/wire/server.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const call = { action: 'DescribeTable', table: 'orders' } as const;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Calls the endpoint with the SDK and returns the translated error. */
async function errorAt(endpoint: string, signal?: AbortSignal): Promise<LoaderError> {
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
    const known = toDynamoDBError(error, call);
    if (known instanceof LoaderError) return known;
    throw known;
  } finally {
    client.destroy();
  }
  throw new Error('the call did not fail');
}

async function errorFor(respond: Respond): Promise<LoaderError> {
  server = await serve(respond);
  return errorAt(server.url);
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
    const error = await errorFor((_, response) => {
      sendError(response, status, name);
    });
    expect(error.code).toBe(code);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
    expect(error.message + (error.hint ?? '')).not.toMatch(/AKID|secret-key/);
  });

  it('says that the endpoint is not DynamoDB', async () => {
    const error = await errorFor((_, response) => {
      sendResponse(response, 200, '<html>', { 'content-type': 'text/html' });
    });
    expect(error.code).toBe('REQUEST_REFUSED');
    expect(error.message).toContain('not DynamoDB');
  });

  it('names only host and port of an endpoint that refuses connections', async () => {
    server = await serve(() => undefined);
    await server.close();
    const { host } = new URL(server.url);
    const error = await errorAt(`http://user:password@${host}/?query=1`);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toBe(`cannot reach ${host} (ECONNREFUSED)`);
  });

  it('names a host that does not exist', async () => {
    const error = await errorAt('http://user:password@nowhere.invalid:81/');
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.message).toMatch(/^cannot reach nowhere\.invalid.* \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it('is ENDPOINT_UNREACHABLE if the endpoint does not respond', async () => {
    expect((await errorFor(() => undefined)).code).toBe('ENDPOINT_UNREACHABLE');
  });

  it('suggests NODE_EXTRA_CA_CERTS if the certificate is not trusted', async () => {
    server = await serve(() => undefined, true);
    const error = await errorAt(server.url);
    expect(error.code).toBe('ENDPOINT_UNREACHABLE');
    expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
  });

  it.each(['ENOENT', 'EACCES'])('is CREDENTIALS_INVALID if a configuration file cannot be read (%s)', (code) => {
    const error = Object.assign(new Error(`${code}: open '/secret/token'`), { code, syscall: 'open' });
    expect(toDynamoDBError(error, call)).toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: `cannot read an AWS configuration file (${code})`,
    });
  });

  it('is INTERRUPTED if the call was aborted', async () => {
    server = await serve(() => undefined);
    expect((await errorAt(server.url, AbortSignal.abort())).code).toBe('INTERRUPTED');
  });

  it('is returned unchanged if it is a bug or already a LoaderError', () => {
    const bug = new TypeError('undefined is not a function');
    expect(toDynamoDBError(bug, call)).toBe(bug);
    const translated = new LoaderError('TABLE_MISMATCH', 'already translated');
    expect(toDynamoDBError(translated, call)).toBe(translated);
  });
});
