import { describe, expect, it } from 'vitest';
import { deliver } from '../../../../src/pipeline/jobs/handle-message.ts';
import { messageOf } from '../../../../src/pipeline/queue/messages.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { MemoryWorld, untilDone } from './memory-world.ts';

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
    ['an event in an envelope of SNS', (event: string) => JSON.stringify({ Type: 'Notification', Message: event })],
  ])('that is %s has each of its objects loaded, one after the other', async (_, wrapped) => {
    const world = new MemoryWorld();
    const ids = ['import/a.csv', 'import/b.csv'].map((key) => jobIdOf(world.putObject(key)));
    const body = wrapped(eventOf(record('import/a.csv'), record('import/b.csv')));
    const delivered = await deliver(world.handler, 'b', body, untilDone);
    expect(delivered).toMatchObject({
      kind: 'handled',
      handled: ids.map((job) => ({ job, task: 0, outcome: 'the job has ended', summary: { state: 'done' } })),
      note: undefined,
    });
    expect(world.worked.map(({ job }) => job.id)).toEqual(ids);
  });

  it('that is an event about nothing that is there loads nothing', async () => {
    const world = new MemoryWorld();
    const delivered = await deliver(world.handler, 'b', eventOf(record('import/a.csv')), untilDone);
    expect(delivered).toMatchObject({ kind: 'handled', handled: [{ outcome: 'there is no such object' }] });
    expect(world.bucket.stored.size).toBe(0);
  });

  it('of our own goes on with its task', async () => {
    const world = new MemoryWorld();
    const job = jobIdOf(world.putObject('import/a.csv'));
    const body = messageOf({ job, key: 'import/a.csv', task: undefined });
    const delivered = await deliver(world.handler, 'b', body, untilDone);
    expect(delivered).toMatchObject({ kind: 'handled', handled: [{ job, outcome: 'the job has ended' }] });
  });

  it.each([
    ['a test event', JSON.stringify({ Event: 's3:TestEvent', Bucket: 'b' }), 'a test event of S3'],
    ['an event about what is no input', eventOf(record('import/new/')), 'nothing was put that is to be loaded'],
  ])('that is %s is done with, and says why', async (_, body, note) => {
    const world = new MemoryWorld();
    expect(await deliver(world.handler, 'b', body, untilDone)).toEqual({ kind: 'handled', handled: [], note });
  });

  it.each([
    ['no JSON', 'hello', 'it is no JSON object'],
    ['about another bucket', eventOf(record('import/a.csv', 'other')), 'it is about the bucket other'],
    [
      'about another bucket in part',
      eventOf(record('import/a.csv'), record('import/b.csv', 'other')),
      'it is about the bucket other',
    ],
    ['of another version', '{"csv2ddb":2,"job":"j","key":"k"}', 'it is of another version of csv2ddb (2)'],
  ])('that is %s is alien: nothing of it is loaded', async (_, body, why) => {
    const world = new MemoryWorld();
    world.putObject('import/a.csv');
    expect(await deliver(world.handler, 'b', body, untilDone)).toEqual({ kind: 'alien', why });
    expect(world.bucket.stored.size).toBe(0);
  });

  it('that cannot be dealt with now has failed: it comes back', async () => {
    const world = new MemoryWorld();
    world.putObject('import/a.csv');
    const error = new Error('no answer');
    world.onSettle = () => Promise.reject(error);
    expect(await deliver(world.handler, 'b', eventOf(record('import/a.csv')), untilDone)).toEqual({
      kind: 'failed',
      error,
    });
  });
});
