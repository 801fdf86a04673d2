import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Pipeline } from './pipeline.ts';

/** What S3 sends to a queue that is to get its events; it asks for nothing. */
export const testEvent = { Service: 'Amazon S3', Event: 's3:TestEvent' };

/** A record of an event, as S3 writes it. */
export function eventRecord(bucket: string, key: string, eventName = 'ObjectCreated:Put'): Record<string, unknown> {
  const encoded = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  return {
    ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1', eventName },
    s3: { s3SchemaVersion: '1.0', bucket: { name: bucket }, object: { key: encoded, size: 1, eTag: '0' } },
  };
}

/** The event that S3 sends when objects are put. */
export function eventOf(bucket: string, ...keys: string[]): { readonly Records: readonly object[] } {
  return { Records: keys.map((key) => eventRecord(bucket, key)) };
}

/** Puts a message in a queue of the pipeline; default: the one that objects are announced in. */
export async function sendMessage(pipeline: Pipeline, body: unknown, queueUrl = pipeline.queue.url): Promise<void> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  await pipeline.ministack.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: text }));
}
