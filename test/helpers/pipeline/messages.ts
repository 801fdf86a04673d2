import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Pipeline } from './pipeline.ts';

/** The message that S3 sends when event notifications are set up. It requests nothing. */
export const testEvent = { Service: 'Amazon S3', Event: 's3:TestEvent' };

/** Makes a record of an S3 event. */
export function makeEventRecord(bucket: string, key: string, eventName = 'ObjectCreated:Put'): Record<string, unknown> {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventName,
    s3: { s3SchemaVersion: '1.0', bucket: { name: bucket }, object: { key: encoded, size: 1, eTag: '0' } },
  };
}

/** Makes the event that S3 sends when objects are put. */
export function makeEvent(bucket: string, ...keys: string[]): { readonly Records: readonly object[] } {
  return { Records: keys.map((key) => makeEventRecord(bucket, key)) };
}

/** Sends a message to a queue of the pipeline; default: the queue that receives S3 events. */
export async function sendMessage(pipeline: Pipeline, body: unknown, queueUrl = pipeline.queue.url): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  await pipeline.ministack.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: text }));
}
