import { describe, expect, it } from 'vitest';
import { eventOf as ourEvent, messageOf, read } from '../../../../src/pipeline/queue/messages.ts';

/** A record of an event, as the S3 User Guide shows it. */
function recordOf(key: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventVersion: '2.6',
    eventSource: 'aws:s3',
    awsRegion: 'us-east-1',
    eventTime: '2026-11-20T10:00:00.000Z',
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    s3: {
      configurationId: 'csv2ddb',
      bucket: { name: 'b', arn: 'arn:aws:s3:::b' },
      object: { key, size: 123, eTag: 'abc-2', versionId: 'v', sequencer: '0055AED6DCD90281E5' },
    },
    ...change,
  };
}

const eventOf = (...records: unknown[]): string => JSON.stringify({ Records: records });

describe('an event of S3', () => {
  it.each([
    ['import/my+file%2B1.csv', 'import/my file+1.csv'],
    ['import/100%25.csv', 'import/100%.csv'],
    ['import/%C3%BCber/%E6%97%A5%E6%9C%AC.csv', 'import/über/日本.csv'],
    ['import/a%2Fb%3Fc%23d.csv', 'import/a/b?c#d.csv'],
    ['import/%2B+%20+.csv', 'import/+   .csv'],
    ['plain.csv', 'plain.csv'],
  ])('names an object: %s is %s', (encoded, key) => {
    expect(read(eventOf(recordOf(encoded)))).toEqual({ put: [{ bucket: 'b', key }] });
  });

  it.each(['import/my file+1.csv', 'import/100%.csv', 'import/über/日本.csv', "import/!*'()~.csv"])(
    'is made for an object as S3 makes it: %s',
    (key) => {
      expect(read(ourEvent('b', key))).toEqual({ put: [{ bucket: 'b', key }] });
    },
  );

  it('may name several, and only those that were put are to be looked at', () => {
    const removed = recordOf('import/gone.csv', { eventName: 'ObjectRemoved:Delete' });
    const event = eventOf(
      recordOf('import/a.csv'),
      removed,
      recordOf('import/b.csv', { eventName: 'ObjectCreated:Put' }),
    );
    expect(read(event)).toEqual({
      put: [
        { bucket: 'b', key: 'import/a.csv' },
        { bucket: 'b', key: 'import/b.csv' },
      ],
    });
  });

  it('comes in an envelope of SNS, too', () => {
    const envelope = {
      Type: 'Notification',
      MessageId: 'm',
      TopicArn: 't',
      Message: eventOf(recordOf('import/a.csv')),
    };
    expect(read(JSON.stringify(envelope))).toEqual({ put: [{ bucket: 'b', key: 'import/a.csv' }] });
  });

  it.each([
    ['a folder of the console', 'import/new+folder/'],
    ['state', 'state/open/x'],
    ['what was rejected', 'rejects/x/0-10.csv'],
  ])('is passed over where it is about %s', (_, key) => {
    expect(read(eventOf(recordOf(key)))).toEqual({ nothing: 'nothing was put that is to be loaded' });
  });

  it('may be a test', () => {
    const test = {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026',
      Bucket: 'b',
      RequestId: 'r',
      HostId: 'h',
    };
    expect(read(JSON.stringify(test))).toEqual({ nothing: 'a test event of S3' });
    expect(read(JSON.stringify({ Type: 'Notification', Message: JSON.stringify(test) }))).toEqual({
      nothing: 'a test event of S3',
    });
  });
});

describe('a message of our own', () => {
  it.each([
    { job: '20261120T100000Z-0123456789abcdef0123', key: 'import/ü +.csv', task: undefined },
    { job: 'j', key: 'k', task: 0 },
    { job: 'j', key: 'k', task: 999 },
    { job: 'j', key: 'k', task: 'cut' as const },
  ])('is read as it was written: %o', (message) => {
    expect(read(messageOf(message))).toEqual(message);
  });
});

describe('an alien message', () => {
  it.each([
    ['', 'it is no JSON object'],
    ['hello', 'it is no JSON object'],
    ['null', 'it is no JSON object'],
    ['[]', 'it is no JSON object'],
    ['7', 'it is no JSON object'],
    ['{}', 'it is no event of S3'],
    ['{"Records":[]}', 'it is no event of S3'],
    ['{"Records":[7]}', 'it is no event of S3'],
    ['{"Records":[null]}', 'it is no event of S3'],
    [eventOf(recordOf('a', { eventSource: 'aws:ses' })), 'it is no event of S3'],
    [eventOf(recordOf('a', { eventVersion: '3.0' })), 'the event has version 3.0, and only 2.x is known'],
    [eventOf(recordOf('a', { s3: {} })), 'the event names no object'],
    [eventOf(recordOf('100%')), 'the key 100% is not encoded as events encode keys'],
    ['{"Type":"Notification","Message":"hello"}', 'the message of SNS holds no JSON object'],
    ['{"csv2ddb":2,"job":"j","key":"k"}', 'it is of another version of csv2ddb (2)'],
    ['{"csv2ddb":1,"key":"k"}', 'a field of it is missing or of another type'],
    ['{"csv2ddb":1,"job":"../j","key":"k"}', 'a field of it is missing or of another type'],
    ['{"csv2ddb":1,"job":"j","key":"k","task":-1}', 'a field of it is missing or of another type'],
    ['{"csv2ddb":1,"job":"j","key":"k","task":"x"}', 'a field of it is missing or of another type'],
  ])('is known as one: %s', (body, alien) => {
    expect(read(body)).toEqual({ alien });
  });

  it('among the records of an event makes all of it one: nothing of it is loaded by half', () => {
    expect(read(eventOf(recordOf('import/a.csv'), 7))).toEqual({ alien: 'it is no event of S3' });
  });
});
