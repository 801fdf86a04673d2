import { describe, expect, it } from 'vitest';
import { formatEvent as ourEvent, formatMessage, parseMessage } from '../../../../src/pipeline/queue/messages.ts';

/** Returns an event record as in the S3 User Guide. */
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

describe('an S3 event', () => {
  it.each([
    ['import/my+file%2B1.csv', 'import/my file+1.csv'],
    ['import/100%25.csv', 'import/100%.csv'],
    ['import/%C3%BCber/%E6%97%A5%E6%9C%AC.csv', 'import/über/日本.csv'],
    ['import/a%2Fb%3Fc%23d.csv', 'import/a/b?c#d.csv'],
    ['import/%2B+%20+.csv', 'import/+   .csv'],
    ['plain.csv', 'plain.csv'],
  ])('with the encoded key %s names the object %s', (encoded, key) => {
    expect(parseMessage(eventOf(recordOf(encoded)))).toEqual({ put: [{ bucket: 'b', key }] });
  });

  it.each(['import/my file+1.csv', 'import/100%.csv', 'import/über/日本.csv', "import/!*'()~.csv"])(
    'is encoded like S3 encodes it for the key %s',
    (key) => {
      expect(parseMessage(ourEvent('b', key))).toEqual({ put: [{ bucket: 'b', key }] });
    },
  );

  it('names several objects, and only those that were put are loaded', () => {
    const removed = recordOf('import/gone.csv', { eventName: 'ObjectRemoved:Delete' });
    const event = eventOf(
      recordOf('import/a.csv'),
      removed,
      recordOf('import/b.csv', { eventName: 'ObjectCreated:Put' }),
    );
    expect(parseMessage(event)).toEqual({
      put: [
        { bucket: 'b', key: 'import/a.csv' },
        { bucket: 'b', key: 'import/b.csv' },
      ],
    });
  });

  it('is also read from an SNS notification', () => {
    const notification = {
      Type: 'Notification',
      MessageId: 'm',
      TopicArn: 't',
      Message: eventOf(recordOf('import/a.csv')),
    };
    expect(parseMessage(JSON.stringify(notification))).toEqual({ put: [{ bucket: 'b', key: 'import/a.csv' }] });
  });

  it.each([
    ['a folder made in the S3 console', 'import/new+folder/'],
    ['state', 'state/open/x'],
    ['rejected records', 'rejects/x/0-10.csv'],
  ])('needs no work if it is about %s', (_, key) => {
    expect(parseMessage(eventOf(recordOf(key)))).toEqual({ nothing: 'the event contains no object to load' });
  });

  it('needs no work if it is a test event', () => {
    const test = {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026',
      Bucket: 'b',
      RequestId: 'r',
      HostId: 'h',
    };
    expect(parseMessage(JSON.stringify(test))).toEqual({ nothing: 'S3 test event' });
    expect(parseMessage(JSON.stringify({ Type: 'Notification', Message: JSON.stringify(test) }))).toEqual({
      nothing: 'S3 test event',
    });
  });
});

describe('a task message', () => {
  it.each([
    { job: '20261120T100000Z-0123456789abcdef0123', key: 'import/ü +.csv', task: undefined },
    { job: 'j', key: 'k', task: 0 },
    { job: 'j', key: 'k', task: 999 },
    { job: 'j', key: 'k', task: 'cut' as const },
  ])('is parsed as it was formatted: %o', (message) => {
    expect(parseMessage(formatMessage(message))).toEqual(message);
  });
});

describe('an alien message', () => {
  it.each([
    ['', 'the body is not a JSON object'],
    ['hello', 'the body is not a JSON object'],
    ['null', 'the body is not a JSON object'],
    ['[]', 'the body is not a JSON object'],
    ['7', 'the body is not a JSON object'],
    ['{}', 'it is not an S3 event'],
    ['{"Records":[]}', 'it is not an S3 event'],
    ['{"Records":[7]}', 'it is not an S3 event'],
    ['{"Records":[null]}', 'it is not an S3 event'],
    [eventOf(recordOf('a', { eventSource: 'aws:ses' })), 'it is not an S3 event'],
    [eventOf(recordOf('a', { eventVersion: '3.0' })), 'event version 3.0 is not supported, only 2.x is'],
    [eventOf(recordOf('a', { s3: {} })), 'the event does not name an object'],
    [eventOf(recordOf('100%')), 'key 100% is not URL-encoded'],
    ['{"Type":"Notification","Message":"hello"}', 'the SNS notification does not contain a JSON object'],
    ['{"csv2ddb":2,"job":"j","key":"k"}', 'a different version of csv2ddb sent it (format 2)'],
    ['{"csv2ddb":1,"key":"k"}', 'a field is missing or has the wrong type'],
    ['{"csv2ddb":1,"job":"../j","key":"k"}', 'a field is missing or has the wrong type'],
    ['{"csv2ddb":1,"job":"j","key":"k","task":-1}', 'a field is missing or has the wrong type'],
    ['{"csv2ddb":1,"job":"j","key":"k","task":"x"}', 'a field is missing or has the wrong type'],
  ])('is recognised: %s', (body, alien) => {
    expect(parseMessage(body)).toEqual({ alien });
  });

  it('is any event with an unknown record, so that nothing is loaded partly', () => {
    expect(parseMessage(eventOf(recordOf('import/a.csv'), 7))).toEqual({ alien: 'it is not an S3 event' });
  });
});
