import { isNoInput } from '../bucket/keys.ts';
import type { TaskName } from '../state/task.ts';

/** A hint to look at a task, as it goes through the queue. */
export interface GoOn {
  readonly job: string;
  /** Of the object: its head says whether the job is the newest. */
  readonly key: string;
  /** Undefined: where the job begins. */
  readonly task: TaskName | undefined;
}

/** What a message says. */
export type Said =
  | GoOn
  /** Something was put under these keys: a reason to look at each. */
  | { readonly put: readonly { readonly bucket: string; readonly key: string }[] }
  /** It is known, and asks for nothing: a test event, something of the pipeline's own. */
  | { readonly nothing: string }
  /** It is none of ours. */
  | { readonly alien: string };

const version = 1;

export function messageOf({ job, key, task }: GoOn): string {
  return JSON.stringify({ csv2ddb: version, job, key, ...(task !== undefined && { task }) });
}

/** An event as S3 sends it for an object that was put. */
export function eventOf(bucket: string, key: string): string {
  const object = { key: encodeURIComponent(key).replaceAll('%20', '+') };
  const record = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' };
  return JSON.stringify({ Records: [{ ...record, s3: { bucket: { name: bucket }, object } }] });
}

type Json = Record<string, unknown>;

/** @param body of an SQS message: an event of S3, as it comes or in an envelope of SNS, or a message of our own. */
export function read(body: string): Said {
  const content = parse(body);
  if (content === undefined) return { alien: 'it is no JSON object' };
  if ('csv2ddb' in content) return readGoOn(content);
  if (content['Type'] === 'Notification' && typeof content['Message'] === 'string')
    return readEnveloped(content['Message']);
  return readEvent(content);
}

function readGoOn({ csv2ddb, job, key, task }: Json): Said {
  if (csv2ddb !== version) return { alien: `it is of another version of csv2ddb (${String(csv2ddb)})` };
  const isTask = task === undefined || task === 'cut' || (Number.isSafeInteger(task) && (task as number) >= 0);
  if (typeof job !== 'string' || !/^[\w-]+$/.test(job) || typeof key !== 'string' || !isTask) {
    return { alien: 'a field of it is missing or of another type' };
  }
  return { job, key, task: task as TaskName | undefined };
}

function readEnveloped(message: string): Said {
  const content = parse(message);
  return content === undefined ? { alien: 'the message of SNS holds no JSON object' } : readEvent(content);
}

/** S3 User Guide, "Event message structure". */
function readEvent(content: Json): Said {
  if (content['Event'] === 's3:TestEvent') return { nothing: 'a test event of S3' };
  const records = content['Records'];
  if (!Array.isArray(records) || records.length === 0) return { alien: 'it is no event of S3' };
  const put: { bucket: string; key: string }[] = [];
  for (const record of records as unknown[]) {
    const said = readRecord(record);
    if ('alien' in said) return said;
    // An object that is gone, or is restored, is no reason to load.
    if (said.name.startsWith('ObjectCreated:') && !isNoInput(said.key))
      put.push({ bucket: said.bucket, key: said.key });
  }
  return put.length === 0 ? { nothing: 'nothing was put that is to be loaded' } : { put };
}

function readRecord(
  record: unknown,
): { readonly alien: string } | { readonly name: string; readonly bucket: string; readonly key: string } {
  const { eventVersion, eventSource, eventName, s3 } = objectOf(record);
  if (eventSource !== 'aws:s3' || typeof eventName !== 'string') return { alien: 'it is no event of S3' };
  // A change of the minor version only adds fields.
  if (typeof eventVersion !== 'string' || !eventVersion.startsWith('2.')) {
    return { alien: `the event has version ${String(eventVersion)}, and only 2.x is known` };
  }
  const { bucket, object } = objectOf(s3);
  const { name } = objectOf(bucket);
  const { key } = objectOf(object);
  if (typeof name !== 'string' || typeof key !== 'string') return { alien: 'the event names no object' };
  const decoded = decodeKey(key);
  return decoded === undefined
    ? { alien: `the key ${key} is not encoded as events encode keys` }
    : { name: eventName, bucket: name, key: decoded };
}

/** Events have keys as forms have values. */
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
