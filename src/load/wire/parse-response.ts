import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { dynamodbError, dynamodbMeanings, errorCodeOf, requestTooLarge } from '../../aws/errors/dynamodb.ts';
import { isErrorCode, meaningOf, type Meaning } from '../../aws/errors/meanings.ts';
import { cleanMessage } from '../../text/clean-message.ts';
import { readThrottlingReasons } from '../../dynamodb/throttling.ts';
import type { WireAnswer } from './client.ts';
import type { Credentials } from '../../aws/credentials.ts';
import type { RawAnswer } from './http-response.ts';

/** What an answer comes to; `renew` and `clock` are for the client to try to mend (see `Meaning`). */
export type Reading =
  | WireAnswer
  | { readonly kind: 'renew'; readonly code: string; readonly message: string }
  | { readonly kind: 'clock'; readonly code: string; readonly message: string };

type JsonObject = Record<string, unknown>;

const nothingLeft = Buffer.from('{"UnprocessedItems":{}}');
const allWritten: WireAnswer = { kind: 'answered', unprocessed: [], writeUnits: undefined };

/**
 * Reads the answer to a BatchWriteItem. What does not match its checksum, is not JSON, or has not the shape
 * of such an answer counts as lost (`unknown`): it may have been written or not.
 * @param credentials What the request was signed with: an endpoint, or a proxy on the way, may repeat in its
 * words what it was sent, and no message shows it.
 */
export function readAnswer(answer: RawAnswer, credentials: Credentials): Reading {
  const { status, headers, body } = answer;
  const checksum = headers['x-amz-crc32'];
  if (typeof checksum === 'string' && crc32(body) !== Number(checksum)) {
    return lost('CrcMismatch', 'the answer does not match its checksum');
  }
  if (status === 200) {
    if (body.equals(nothingLeft)) return allWritten;
    const content = parse(body);
    return (content && readContent(content)) ?? lost('AnswerUnreadable', 'the answer is not one of BatchWriteItem');
  }
  const content = parse(body);
  const type = content?.['__type'] ?? headers['x-amzn-errortype'];
  const code = errorCodeOf(typeof type === 'string' ? type : '');
  // What it means goes by the code as it came; only what is shown is cleaned.
  const shown = (text: string): string => cleanMessage(withoutSecrets(text, credentials));
  const name = code === '' ? nameOfStatus(status) : shown(code);
  const reasons = content?.['ThrottlingReasons'] ?? content?.['throttlingReasons'];
  const by = readThrottlingReasons(reasons);
  const message = shown(messageOf(content, reasons));
  const reading = readError(meaningOf(code, status, dynamodbMeanings), name, message);
  return reading.kind === 'throttled' && by !== undefined ? { ...reading, by: shown(by) } : reading;
}

/** The content of a 200; undefined where it has not the shape. */
function readContent(content: JsonObject): WireAnswer | undefined {
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

/** The item of a put; of a delete the key, which is what tells it apart. */
function itemOf(request: unknown): JsonObject | undefined {
  if (!isObject(request)) return undefined;
  const { PutRequest: put, DeleteRequest: remove } = request;
  const item = isObject(put) ? put['Item'] : isObject(remove) ? remove['Key'] : undefined;
  return isObject(item) ? item : undefined;
}

/** Units of the indexes are told where the request asks for INDEXES. */
function readCapacity(capacities: unknown): Pick<WireAnswer & { kind: 'answered' }, 'writeUnits' | 'indexUnits'> {
  let writeUnits: number | undefined;
  let indexUnits: Map<string, number> | undefined;
  for (const capacity of listOf(capacities)) {
    const units = capacityUnitsOf(capacity);
    if (units !== undefined) writeUnits = (writeUnits ?? 0) + units;
    const indexes = isObject(capacity) ? capacity['GlobalSecondaryIndexes'] : undefined;
    for (const [name, index] of isObject(indexes) ? Object.entries(indexes) : []) {
      const ofIndex = capacityUnitsOf(index);
      if (ofIndex !== undefined) (indexUnits ??= new Map<string, number>()).set(name, ofIndex);
    }
  }
  return { writeUnits, indexUnits };
}

function capacityUnitsOf(capacity: unknown): number | undefined {
  const units = isObject(capacity) ? capacity['CapacityUnits'] : undefined;
  return typeof units === 'number' ? units : undefined;
}

function readError(meaning: Meaning, name: string, message: string): Reading {
  if (!isErrorCode(meaning)) return { kind: meaning, code: name, message };
  const said = meaning === 'REQUEST_REFUSED' ? `${name} ${message}` : message;
  return { kind: 'fatal', error: dynamodbError(meaning, { action: 'BatchWriteItem' }, said) };
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

/** The endpoint's words and, for a throttled request, its reasons: `TableWriteKeyRangeThroughputExceeded` … */
function messageOf(content: JsonObject | undefined, reasons: unknown): string {
  const words = content?.['message'] ?? content?.['Message'];
  const parts = [words, ...listOf(reasons).map((entry) => (isObject(entry) ? entry['reason'] : undefined))];
  return parts.filter((part) => typeof part === 'string').join('; ');
}

function lost(code: string, message: string): Reading {
  return { kind: 'unknown', code, message };
}

function parse(body: Buffer): JsonObject | undefined {
  // toString would replace what is not UTF-8, and an item given back would be another
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
