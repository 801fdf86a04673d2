import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseResponse, type ParsedResponse } from '../../../../src/load/wire/parse-response.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key' };

function read(status: number, body: string | Buffer, headers: Record<string, string> = {}): ParsedResponse {
  return parseResponse({ kind: 'received', status, headers, body: Buffer.from(body) }, credentials);
}

const put = (item: unknown): unknown => ({ PutRequest: { Item: item } });

describe('a response with status 200', () => {
  it.each<[string, string, number, number | undefined]>([
    ['no unprocessed items', '{"UnprocessedItems":{}}', 0, undefined],
    ['white space', ' { "UnprocessedItems" : { } } ', 0, undefined],
    ['consumed capacity', '{"ConsumedCapacity":[{"TableName":"t","CapacityUnits":25.0}],"UnprocessedItems":{}}', 0, 25],
    [
      'capacity of two tables',
      '{"UnprocessedItems":{},"ConsumedCapacity":[{"CapacityUnits":1.5},{"CapacityUnits":2}]}',
      0,
      3.5,
    ],
    ['no capacity', '{"UnprocessedItems":{},"ConsumedCapacity":[]}', 0, undefined],
    ['an empty list', '{"UnprocessedItems":{"t":[]}}', 0, undefined],
    [
      'two unprocessed items',
      JSON.stringify({ UnprocessedItems: { t: [put({ id: { S: 'a' } }), put({ id: { S: 'b' } })] } }),
      2,
      undefined,
    ],
  ])('is parsed: %s', (_, body, left, writeUnits) => {
    const got = read(200, body);
    expect(got).toMatchObject({ kind: 'answered', writeUnits });
    expect(got.kind === 'answered' && got.unprocessed).toHaveLength(left);
  });

  it('includes the units of each global secondary index', () => {
    const capacity = {
      CapacityUnits: 75,
      Table: { CapacityUnits: 25 },
      LocalSecondaryIndexes: { l: { CapacityUnits: 10 } },
      GlobalSecondaryIndexes: { by_email: { CapacityUnits: 25 }, by_city: { CapacityUnits: 15 }, odd: {} },
    };
    expect(read(200, JSON.stringify({ UnprocessedItems: {}, ConsumedCapacity: [capacity] }))).toMatchObject({
      writeUnits: 75,
      indexUnits: new Map([
        ['by_email', 25],
        ['by_city', 15],
      ]),
    });
  });

  it('keeps unprocessed items unchanged, with any attribute names', () => {
    const item = '{"id":{"N":"12345678901234567890123456789012345678"},"__proto__":{"S":"é\\u0000"}}';
    const got = read(200, `{"UnprocessedItems":{"t":[{"PutRequest":{"Item":${item}}}]}}`);
    expect(got.kind === 'answered' && JSON.stringify(got.unprocessed[0])).toBe(item);
  });

  it('contains the key of a delete', () => {
    const got = read(200, '{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"id":{"S":"a"}}}}]}}');
    expect(got.kind === 'answered' && got.unprocessed).toEqual([{ id: { S: 'a' } }]);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"UnprocessedItems":{'],
    ['a proxy page', '<html>'],
    ['the response of another operation', '{}'],
    ['null', 'null'],
    ['an array', '[]'],
    ['an array of tables', '{"UnprocessedItems":[]}'],
    ['a table without an array', '{"UnprocessedItems":{"t":{}}}'],
    ['a number as request', '{"UnprocessedItems":{"t":[1]}}'],
    ['a put without item', '{"UnprocessedItems":{"t":[{"PutRequest":{}}]}}'],
    ['not UTF-8', Buffer.from('{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"\xff"}}}}]}}', 'latin1')],
  ])('is lost if its body is invalid: %s', (_, body) => {
    expect(read(200, body)).toMatchObject({ kind: 'unknown', code: 'InvalidResponse' });
  });

  it('is lost if its checksum does not match', () => {
    const body = '{"UnprocessedItems":{}}';
    const checksum = crc32(body);
    expect(read(200, body, { 'x-amz-crc32': String(checksum) }).kind).toBe('answered');
    for (const wrong of [String(checksum ^ 1), 'x', '-1']) {
      expect(read(200, body, { 'x-amz-crc32': wrong })).toMatchObject({ kind: 'unknown', code: 'CrcMismatch' });
    }
  });
});

describe('an error response', () => {
  it.each<[number, string, string]>([
    [400, 'ProvisionedThroughputExceededException', 'throttled'],
    [400, 'ThrottlingException', 'throttled'],
    [400, 'RequestLimitExceeded', 'throttled'],
    [400, 'ValidationException', 'refused'],
    [400, 'ItemCollectionSizeLimitExceededException', 'refused'],
    [500, 'InternalServerError', 'unknown'],
    [503, 'ServiceUnavailable', 'unknown'],
    [503, 'SlowDown', 'unknown'],
    [500, 'ThrottlingException', 'unknown'],
    [400, 'ReplicatedWriteConflictException', 'unknown'],
    [400, 'ExpiredTokenException', 'renew'],
    [400, 'UnrecognizedClientException', 'renew'],
    [400, 'InvalidSignatureException', 'clock'],
    [400, 'ResourceNotFoundException', 'TABLE_NOT_FOUND'],
    [400, 'AccessDeniedException', 'ACCESS_DENIED'],
    [400, 'MissingAuthenticationTokenException', 'CREDENTIALS_INVALID'],
    [400, 'NeverHeardOfException', 'REQUEST_REFUSED'],
    [404, 'UnknownOperationException', 'REQUEST_REFUSED'],
  ])('with status %i and code %s means %s', (status, code, meaning) => {
    const kind = (got: ParsedResponse): string => (got.kind === 'fatal' ? got.error.code : got.kind);
    const body = { message: 'said' };
    expect(kind(read(status, JSON.stringify({ ...body, __type: `com.amazon.coral.validate#${code}` })))).toBe(meaning);
    expect(kind(read(status, JSON.stringify({ ...body, __type: code })))).toBe(meaning);
    expect(kind(read(status, JSON.stringify(body), { 'x-amzn-errortype': `${code}:http://internal/` }))).toBe(meaning);
  });

  it.each<[number, string, string]>([
    [500, '<html>', 'unknown'],
    [502, '', 'unknown'],
    [504, '{}', 'unknown'],
    [408, '', 'unknown'],
    [400, '{"__ty', 'unknown'],
    [429, '', 'throttled'],
    [413, '', 'refused'],
    [301, '', 'REQUEST_REFUSED'],
    [403, '<html>', 'REQUEST_REFUSED'],
    [407, '', 'REQUEST_REFUSED'],
  ])('with status %i and without a DynamoDB code (%s) means %s', (status, body, meaning) => {
    const got = read(status, body);
    expect(got.kind === 'fatal' ? got.error.code : got.kind).toBe(meaning);
  });

  it('without a code is named by its status, or RequestTooLarge', () => {
    expect(read(502, '')).toMatchObject({ code: 'HTTP 502' });
    expect(read(413, '')).toMatchObject({ code: 'RequestTooLarge' });
  });

  it('contains the throttling reasons', () => {
    const reasons = [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:…' }];
    for (const key of ['ThrottlingReasons', 'throttlingReasons']) {
      const got = read(400, JSON.stringify({ __type: 'ThrottlingException', message: 'Slow down', [key]: reasons }));
      expect(got).toMatchObject({
        message: 'Slow down; TableWriteKeyRangeThroughputExceeded',
        by: 'a hot partition of the table',
      });
    }
  });

  it('names the missing IAM action', () => {
    const got = read(
      400,
      '{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::1:user/u is not authorized"}',
    );
    expect(got.kind === 'fatal' && got.error.hint).toContain('dynamodb:BatchWriteItem');
    expect(got.kind === 'fatal' && got.error.message).toContain('user/u is not authorized');
  });

  it('is lost if its checksum does not match', () => {
    expect(read(400, '{"__type":"ValidationException"}', { 'x-amz-crc32': '1' }).kind).toBe('unknown');
  });
});

describe('credentials that are part of ordinary words, as those of an emulator may be,', () => {
  it.each([
    ['com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', 'throttled'],
    ['com.amazon.coral.validate#ValidationException', 'refused'],
    ['com.amazonaws.dynamodb.v20120810#InternalServerError', 'unknown'],
  ])('do not change what %s means', (type, kind) => {
    const body = Buffer.from(JSON.stringify({ __type: type, message: 'x' }));
    const short = { accessKeyId: 'x', secretAccessKey: 'e', sessionToken: 'a' };
    const status = kind === 'unknown' ? 500 : 400;
    expect(parseResponse({ kind: 'received', status, headers: {}, body }, short).kind).toBe(kind);
  });
});
