import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../../../src/pipeline/jobs/handle-message.ts';
import { formatMessage } from '../../../../src/pipeline/queue/messages.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { MemoryPorts, untilDone } from './memory-ports.ts';

const record = (key: string, bucket = 'b') => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  s3: { bucket: { name: bucket }, object: { key } },
});
const eventOf = (...records: unknown[]): string => JSON.stringify({ Records: records });

describe('a message', () => {
  it.each([
    ['an event', (event: string) => event],
    ['an event in an SNS notification', (event: string) => JSON.stringify({ Type: 'Notification', Message: event })],
  ])('that is %s loads its objects one after the other', async (_, wrapped) => {
    const ports = new MemoryPorts();
    const ids = ['import/a.csv', 'import/b.csv'].map((key) => getJobId(ports.putObject(key)));
    const body = wrapped(eventOf(record('import/a.csv'), record('import/b.csv')));
    const outcome = await handleMessage(ports.handler, 'b', body, untilDone);
    expect(outcome).toMatchObject({
      kind: 'handled',
      handled: ids.map((job) => ({ job, task: 0, outcome: 'the job has ended', summary: { state: 'done' } })),
      note: undefined,
    });
    expect(ports.worked.map(({ job }) => job.id)).toEqual(ids);
  });

  it('that is an event about a deleted object loads nothing', async () => {
    const ports = new MemoryPorts();
    const outcome = await handleMessage(ports.handler, 'b', eventOf(record('import/a.csv')), untilDone);
    expect(outcome).toMatchObject({ kind: 'handled', handled: [{ outcome: 'the object does not exist' }] });
    expect(ports.bucket.stored.size).toBe(0);
  });

  it('for a task continues this task', async () => {
    const ports = new MemoryPorts();
    const job = getJobId(ports.putObject('import/a.csv'));
    const body = formatMessage({ job, key: 'import/a.csv', task: undefined });
    const outcome = await handleMessage(ports.handler, 'b', body, untilDone);
    expect(outcome).toMatchObject({ kind: 'handled', handled: [{ job, outcome: 'the job has ended' }] });
  });

  it.each([
    ['a test event', JSON.stringify({ Event: 's3:TestEvent', Bucket: 'b' }), 'S3 test event'],
    ['an event without an input object', eventOf(record('import/new/')), 'the event contains no object to load'],
  ])('that is %s needs no work and says why', async (_, body, note) => {
    const ports = new MemoryPorts();
    expect(await handleMessage(ports.handler, 'b', body, untilDone)).toEqual({ kind: 'handled', handled: [], note });
  });

  it.each([
    ['not JSON', 'hello', 'the body is not a JSON object'],
    ['about a different bucket', eventOf(record('import/a.csv', 'other')), 'it is about a different bucket: other'],
    [
      'partly about a different bucket',
      eventOf(record('import/a.csv'), record('import/b.csv', 'other')),
      'it is about a different bucket: other',
    ],
    [
      'from a different version',
      '{"csv2ddb":2,"job":"j","key":"k"}',
      'a different version of csv2ddb sent it (format 2)',
    ],
  ])('that is %s is alien and loads nothing', async (_, body, why) => {
    const ports = new MemoryPorts();
    ports.putObject('import/a.csv');
    expect(await handleMessage(ports.handler, 'b', body, untilDone)).toEqual({ kind: 'alien', why });
    expect(ports.bucket.stored.size).toBe(0);
  });

  it('whose settings cannot be read now fails', async () => {
    const ports = new MemoryPorts();
    ports.putObject('import/a.csv');
    const error = new Error('no response');
    ports.onSettle = () => Promise.reject(error);
    expect(await handleMessage(ports.handler, 'b', eventOf(record('import/a.csv')), untilDone)).toEqual({
      kind: 'failed',
      error,
    });
  });
});
