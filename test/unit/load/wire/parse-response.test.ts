import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readAnswer, type Reading } from '../../../../src/load/wire/parse-response.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-key' };

function read(status: number, body: string | Buffer, headers: Record<string, string> = {}): Reading {
  return readAnswer({ kind: 'came', status, headers, body: Buffer.from(body) }, credentials);
}

const put = (item: unknown): unknown => ({ PutRequest: { Item: item } });

describe('an answer of 200', () => {
  it.each<[string, string, number, number | undefined]>([
    ['nothing left', '{"UnprocessedItems":{}}', 0, undefined],
    ['white space', ' { "UnprocessedItems" : { } } ', 0, undefined],
    ['consumed capacity', '{"ConsumedCapacity":[{"TableName":"t","CapacityUnits":25.0}],"UnprocessedItems":{}}', 0, 25],
    [
      'capacity of two tables',
      '{"UnprocessedItems":{},"ConsumedCapacity":[{"CapacityUnits":1.5},{"CapacityUnits":2}]}',
      0,
      3.5,
    ],
    ['no capacity said', '{"UnprocessedItems":{},"ConsumedCapacity":[]}', 0, undefined],
    ['an empty list', '{"UnprocessedItems":{"t":[]}}', 0, undefined],
    [
      'two items left',
      JSON.stringify({ UnprocessedItems: { t: [put({ id: { S: 'a' } }), put({ id: { S: 'b' } })] } }),
      2,
      undefined,
    ],
  ])('is read: %s', (_, body, left, writeUnits) => {
    const got = read(200, body);
    expect(got).toMatchObject({ kind: 'answered', writeUnits });
    expect(got.kind === 'answered' && got.unprocessed).toHaveLength(left);
  });

  it('tells the units of indexes apart where it is asked to', () => {
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

  it('gives items back as they are, whatever their attributes are called', () => {
    const item = '{"id":{"N":"12345678901234567890123456789012345678"},"__proto__":{"S":"é\\u0000"}}';
    const got = read(200, `{"UnprocessedItems":{"t":[{"PutRequest":{"Item":${item}}}]}}`);
    expect(got.kind === 'answered' && JSON.stringify(got.unprocessed[0])).toBe(item);
  });

  it('gives the key of a delete', () => {
    const got = read(200, '{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"id":{"S":"a"}}}}]}}');
    expect(got.kind === 'answered' && got.unprocessed).toEqual([{ id: { S: 'a' } }]);
  });

  it.each([
    ['empty', ''],
    ['cut', '{"UnprocessedItems":{'],
    ['a page of a proxy', '<html>'],
    ['another call’s answer', '{}'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no map', '{"UnprocessedItems":[]}'],
    ['no list', '{"UnprocessedItems":{"t":{}}}'],
    ['no request', '{"UnprocessedItems":{"t":[1]}}'],
    ['no item', '{"UnprocessedItems":{"t":[{"PutRequest":{}}]}}'],
    ['not UTF-8', Buffer.from('{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"\xff"}}}}]}}', 'latin1')],
  ])('is lost when its body is not one: %s', (_, body) => {
    expect(read(200, body)).toMatchObject({ kind: 'unknown', code: 'AnswerUnreadable' });
  });

  it('is lost when its checksum does not match', () => {
    const body = '{"UnprocessedItems":{}}';
    const checksum = crc32(body);
    expect(read(200, body, { 'x-amz-crc32': String(checksum) }).kind).toBe('answered');
    for (const wrong of [String(checksum ^ 1), 'x', '-1']) {
      expect(read(200, body, { 'x-amz-crc32': wrong })).toMatchObject({ kind: 'unknown', code: 'CrcMismatch' });
    }
  });
});

describe('an answer that is an error', () => {
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
  ])('%i %s means %s', (status, code, meaning) => {
    const kind = (got: Reading): string => (got.kind === 'fatal' ? got.error.code : got.kind);
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
  ])('%i without a code of DynamoDB (%s) means %s', (status, body, meaning) => {
    const got = read(status, body);
    expect(got.kind === 'fatal' ? got.error.code : got.kind).toBe(meaning);
  });

  it('names the status where there is no code, and too large a request as one', () => {
    expect(read(502, '')).toMatchObject({ code: 'HTTP 502' });
    expect(read(413, '')).toMatchObject({ code: 'RequestTooLarge' });
  });

  it('tells the reasons of a throttled request', () => {
    const reasons = [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:…' }];
    for (const key of ['ThrottlingReasons', 'throttlingReasons']) {
      const got = read(400, JSON.stringify({ __type: 'ThrottlingException', message: 'Slow down', [key]: reasons }));
      expect(got).toMatchObject({
        message: 'Slow down; TableWriteKeyRangeThroughputExceeded',
        by: 'a hot partition of the table',
      });
    }
  });

  it('names the IAM action that is missing', () => {
    const got = read(
      400,
      '{"__type":"AccessDeniedException","Message":"User: arn:aws:iam::1:user/u is not authorized"}',
    );
    expect(got.kind === 'fatal' && got.error.hint).toContain('dynamodb:BatchWriteItem');
    expect(got.kind === 'fatal' && got.error.message).toContain('user/u is not authorized');
  });

  it('is lost when its checksum does not match', () => {
    expect(read(400, '{"__type":"ValidationException"}', { 'x-amz-crc32': '1' }).kind).toBe('unknown');
  });
});

describe('credentials that stand in ordinary words, as those of an emulator may', () => {
  it.each([
    ['com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException', 'throttled'],
    ['com.amazon.coral.validate#ValidationException', 'refused'],
    ['com.amazonaws.dynamodb.v20120810#InternalServerError', 'unknown'],
  ])('do not change what %s means', (type, kind) => {
    const body = Buffer.from(JSON.stringify({ __type: type, message: 'x' }));
    const short = { accessKeyId: 'x', secretAccessKey: 'e', sessionToken: 'a' };
    const status = kind === 'unknown' ? 500 : 400;
    expect(readAnswer({ kind: 'came', status, headers: {}, body }, short).kind).toBe(kind);
  });
});
