import { isInternalKey } from '../bucket/keys.ts';
import type { TaskName } from '../state/task.ts';

/** A queue message to continue a task. */
export interface TaskMessage {
  readonly job: string;
  /** Key of the object. Leads to its latest version. */
  readonly key: string;
  /** Undefined: the first task of the job. */
  readonly task: TaskName | undefined;
}

/** The parsed content of a message. */
export type ParsedMessage =
  | TaskMessage
  /** Objects were put under these keys. */
  | { readonly put: readonly { readonly bucket: string; readonly key: string }[] }
  /** Why the message needs no work: a test event, or an object of the pipeline. */
  | { readonly nothing: string }
  /** Why the message is not for this pipeline. */
  | { readonly alien: string };

const version = 1;

export function formatMessage({ job, key, task }: TaskMessage): string {
  return JSON.stringify({ csv2ddb: version, job, key, ...(task !== undefined && { task }) });
}

/** Returns the event that S3 sends when an object is put. */
export function formatEvent(bucket: string, key: string): string {
  const object = { key: encodeURIComponent(key).replaceAll('%20', '+') };
  const record = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' };
  return JSON.stringify({ Records: [{ ...record, s3: { bucket: { name: bucket }, object } }] });
}

type Json = Record<string, unknown>;

/**
 * Parses the body of an SQS message.
 * @param body An S3 event, directly or in an SNS notification, or a task message.
 */
export function parseMessage(body: string): ParsedMessage {
  const content = parse(body);
  if (content === undefined) return { alien: 'the body is not a JSON object' };
  if ('csv2ddb' in content) return readTaskMessage(content);
  if (content['Type'] !== 'Notification' || typeof content['Message'] !== 'string') return readEvent(content);
  const event = parse(content['Message']);
  return event === undefined ? { alien: 'the SNS notification does not contain a JSON object' } : readEvent(event);
}

function readTaskMessage({ csv2ddb, job, key, task }: Json): ParsedMessage {
  if (csv2ddb !== version) return { alien: `a different version of csv2ddb sent it (format ${String(csv2ddb)})` };
  const isTask = task === undefined || task === 'cut' || (Number.isSafeInteger(task) && (task as number) >= 0);
  if (typeof job !== 'string' || !/^[\w-]+$/.test(job) || typeof key !== 'string' || !isTask) {
    return { alien: 'a field is missing or has the wrong type' };
  }
  return { job, key, task: task as TaskName | undefined };
}

/** S3 User Guide, "Event message structure". */
function readEvent(content: Json): ParsedMessage {
  if (content['Event'] === 's3:TestEvent') return { nothing: 'S3 test event' };
  const records = content['Records'];
  if (!Array.isArray(records) || records.length === 0) return { alien: 'it is not an S3 event' };
  const put: { bucket: string; key: string }[] = [];
  for (const record of records as unknown[]) {
    const parsed = readRecord(record);
    if ('alien' in parsed) return parsed;
    // Deleted and restored objects are not loaded.
    if (parsed.name.startsWith('ObjectCreated:') && !isInternalKey(parsed.key))
      put.push({ bucket: parsed.bucket, key: parsed.key });
  }
  return put.length === 0 ? { nothing: 'the event contains no object to load' } : { put };
}

function readRecord(
  record: unknown,
): { readonly alien: string } | { readonly name: string; readonly bucket: string; readonly key: string } {
  const { eventVersion, eventSource, eventName, s3 } = objectOf(record);
  if (eventSource !== 'aws:s3' || typeof eventName !== 'string') return { alien: 'it is not an S3 event' };
  // New minor versions only add fields.
  if (typeof eventVersion !== 'string' || !eventVersion.startsWith('2.')) {
    return { alien: `event version ${String(eventVersion)} is not supported, only 2.x is` };
  }
  const { bucket, object } = objectOf(s3);
  const { name } = objectOf(bucket);
  const { key } = objectOf(object);
  if (typeof name !== 'string' || typeof key !== 'string') return { alien: 'the event does not name an object' };
  const decoded = decodeKey(key);
  return decoded === undefined
    ? { alien: `key ${key} is not URL-encoded` }
    : { name: eventName, bucket: name, key: decoded };
}

/** Decodes a key. Events encode keys like form values. */
function decodeKey(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function parse(text: string): Json | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' && content !== null && !Array.isArray(content) ? (content as Json) : undefined;
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
