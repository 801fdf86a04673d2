import { isUtf8 } from 'node:buffer';
import type zlib from 'node:zlib';
import { dynamodbError, dynamodbMeanings, errorCodeOf, requestTooLarge } from '../../aws/errors/dynamodb.ts';
import { isErrorCode, meaningOf, type Meaning } from '../../aws/errors/meanings.ts';
import { cleanMessage } from '../../text/clean-message.ts';
import { describeThrottlingReasons } from '../../dynamodb/throttling.ts';
import type { BatchWriteResult } from './client.ts';
import type { Credentials } from '../../aws/credentials.ts';
import type { RawResponse } from './http-response.ts';

/** A parsed response. The client handles `renew` and `clock` itself (see `Meaning`). */
export type ParsedResponse =
  | BatchWriteResult
  | { readonly kind: 'renew'; readonly code: string; readonly message: string }
  | { readonly kind: 'clock'; readonly code: string; readonly message: string };

type JsonObject = Record<string, unknown>;

/** Loaded when a response has a checksum. */
let crc32: typeof zlib.crc32 | undefined;

const nothingUnprocessed = Buffer.from('{"UnprocessedItems":{}}');
const allWritten: BatchWriteResult = { kind: 'answered', unprocessed: [], writeUnits: undefined };

/**
 * Parses the response to BatchWriteItem. A response whose checksum does not match, or that is not a BatchWriteItem
 * response in JSON, counts as lost (`unknown`): the items may have been written.
 * @param credentials Credentials of the request. The endpoint or a proxy may repeat them, so they are removed from messages.
 */
export function parseResponse(response: RawResponse, credentials: Credentials): ParsedResponse {
  const { status, headers, body } = response;
  if (!isIntact(response)) return lost('CrcMismatch', 'the response does not match its checksum');
  if (status === 200) {
    if (body.equals(nothingUnprocessed)) return allWritten;
    const content = parse(body);
    return (content && readContent(content)) ?? lost('InvalidResponse', 'not a BatchWriteItem response');
  }
  const content = parse(body);
  const type = content?.['__type'] ?? headers['x-amzn-errortype'];
  const code = errorCodeOf(typeof type === 'string' ? type : '');
  // The code decides the meaning as received. Only the displayed text is cleaned.
  const clean = (text: string): string => cleanMessage(withoutSecrets(text, credentials));
  const name = code === '' ? nameOfStatus(status) : clean(code);
  const reasons = content?.['ThrottlingReasons'] ?? content?.['throttlingReasons'];
  const by = describeThrottlingReasons(reasons);
  const message = clean(messageOf(content, reasons));
  const result = readError(meaningOf(code, status, dynamodbMeanings), name, message);
  return result.kind === 'throttled' && by !== undefined ? { ...result, by: clean(by) } : result;
}

/** Whether the body matches its checksum. DynamoDB always sends one, some emulators never do. */
export function isIntact({ headers, body }: RawResponse): boolean {
  const checksum = headers['x-amz-crc32'];
  if (checksum === undefined) return true;
  crc32 ??= process.getBuiltinModule('node:zlib').crc32;
  return crc32(body) === Number(checksum);
}

/** Reads the content of a 200. @returns undefined if it has another shape. */
function readContent(content: JsonObject): BatchWriteResult | undefined {
  const tables = content['UnprocessedItems'];
  if (!isObject(tables)) return undefined;
  const unprocessed: JsonObject[] = [];
  for (const requests of Object.values(tables)) {
    if (!Array.isArray(requests)) return undefined;
    for (const request of requests as unknown[]) {
      const item = itemOf(request);
      if (item === undefined) return undefined;
      unprocessed.push(item);
    }
  }
  return { kind: 'answered', unprocessed, ...readCapacity(content['ConsumedCapacity']) };
}

/** The item of a put, or the key of a delete. */
function itemOf(request: unknown): JsonObject | undefined {
  if (!isObject(request)) return undefined;
  const { PutRequest: put, DeleteRequest: remove } = request;
  const item = isObject(put) ? put['Item'] : isObject(remove) ? remove['Key'] : undefined;
  return isObject(item) ? item : undefined;
}

/** Reads the consumed capacity. Index units are present only if the request asked for INDEXES. */
function readCapacity(capacities: unknown): Pick<BatchWriteResult & { kind: 'answered' }, 'writeUnits' | 'indexUnits'> {
  let writeUnits: number | undefined;
  let indexUnits: Map<string, number> | undefined;
  for (const capacity of listOf(capacities)) {
    const units = capacityUnitsOf(capacity);
    if (units !== undefined) writeUnits = (writeUnits ?? 0) + units;
    const indexes = isObject(capacity) ? capacity['GlobalSecondaryIndexes'] : undefined;
    for (const [name, index] of isObject(indexes) ? Object.entries(indexes) : []) {
      const unitsOfIndex = capacityUnitsOf(index);
      if (unitsOfIndex !== undefined) (indexUnits ??= new Map<string, number>()).set(name, unitsOfIndex);
    }
  }
  return { writeUnits, indexUnits };
}

function capacityUnitsOf(capacity: unknown): number | undefined {
  const units = isObject(capacity) ? capacity['CapacityUnits'] : undefined;
  return typeof units === 'number' ? units : undefined;
}

function readError(meaning: Meaning, name: string, message: string): ParsedResponse {
  if (!isErrorCode(meaning)) return { kind: meaning, code: name, message };
  const text = meaning === 'REQUEST_REFUSED' ? `${name} ${message}` : message;
  return { kind: 'fatal', error: dynamodbError(meaning, { action: 'BatchWriteItem' }, text) };
}

function withoutSecrets(text: string, credentials: Credentials): string {
  let result = text;
  for (const secret of [credentials.sessionToken, credentials.secretAccessKey, credentials.accessKeyId]) {
    if (secret) result = result.replaceAll(secret, '***');
  }
  return result;
}

function nameOfStatus(status: number): string {
  return status === 413 ? requestTooLarge : `HTTP ${status}`;
}

/** The message of the endpoint and the throttling reasons, for example `TableWriteKeyRangeThroughputExceeded`. */
function messageOf(content: JsonObject | undefined, reasons: unknown): string {
  const text = content?.['message'] ?? content?.['Message'];
  const parts = [text, ...listOf(reasons).map((entry) => (isObject(entry) ? entry['reason'] : undefined))];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

function lost(code: string, message: string): ParsedResponse {
  return { kind: 'unknown', code, message };
}

function parse(body: Buffer): JsonObject | undefined {
  // toString would replace invalid UTF-8, so that an unprocessed item would no longer be found.
  if (!isUtf8(body)) return undefined;
  try {
    const content: unknown = JSON.parse(body.toString());
    return isObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
