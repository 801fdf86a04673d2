import { describe, expect, it } from 'vitest';
import { LoaderError, type ExitStatus } from '../../../../src/errors.ts';
import type { HandledTask } from '../../../../src/pipeline/jobs/handler.ts';
import { summarizeJob, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { zeroTotals, type RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import { formatLogLine, formatMetricsLine, type MessageReport } from '../../../../src/pipeline/jobs/log.ts';

const nowMs = Date.UTC(2026, 10, 20, 10);
const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: nowMs, sizeBytes: 7 };
const job = newJob(
  'j',
  object,
  { settings: { table: 'people', options: {} }, parallel: 1, maxErrors: { kind: 'count', count: 0 } },
  nowMs,
);

function summary(exitStatus: ExitStatus): JobSummary {
  return { ...summarizeJob(job, 'people', nowMs), exitStatus };
}

const work: RangeTotals = {
  ...zeroTotals,
  counts: { read: 12, written: 9, superseded: 1, skipped: 0, filtered: 0, rejected: 2, padded: 0, truncated: 0 },
  bytes: 480,
  writeUnits: 9.5,
  requests: 4,
  throttledRequests: 3,
  unprocessedItems: 5,
  retries: 6,
  rejects: [{ key: 'rejects/j/0-480.csv', records: 2 }],
};

const loaded: HandledTask = { job: 'j', task: 0, outcome: 'the job has ended', work, summary: undefined };
const idle: HandledTask = { ...loaded, outcome: 'waiting: another loader holds the lease', work: undefined };

function messageOf(...handled: HandledTask[]): MessageReport {
  return { id: 'm', receives: 2, seconds: 1.5, outcome: { kind: 'handled', handled, note: undefined } };
}

function parsed(line: string | undefined): Record<string, unknown> {
  if (line === undefined) throw new Error('no line was printed');
  expect(line).not.toContain('\n');
  return JSON.parse(line) as Record<string, unknown>;
}

describe('the log entry of a message', () => {
  const head = { time: '2026-11-20T10:00:00.000Z', message: 'm', receives: 2, seconds: 1.5 };

  it('contains the permission that is missing to change the message', () => {
    const denied = new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage', { hint: 'Allow it.' });
    expect(parsed(formatLogLine({ ...messageOf(loaded), denied }, nowMs))).toMatchObject({
      ...head,
      level: 'error',
      denied: { code: 'ACCESS_DENIED', message: 'no sqs:DeleteMessage', hint: 'Allow it.' },
      tasks: [{ outcome: 'the job has ended' }],
    });
  });

  it('contains the outcome and the counts of each task', () => {
    expect(parsed(formatLogLine(messageOf(loaded, idle), nowMs))).toEqual({
      ...head,
      level: 'info',
      tasks: [
        {
          job: 'j',
          task: 0,
          outcome: 'the job has ended',
          ...work.counts,
          bytes: 480,
          writeUnits: 9.5,
          requests: 4,
          throttledRequests: 3,
          retries: 6,
        },
        { job: 'j', task: 0, outcome: 'waiting: another loader holds the lease' },
      ],
    });
  });

  it.each([
    [0, 'info'],
    [1, 'warn'],
    [3, 'warn'],
  ] as const)('contains the summary of a job that ended with status %i at level %s', (exitStatus, level) => {
    const ended = summary(exitStatus);
    expect(parsed(formatLogLine(messageOf({ ...loaded, summary: ended }), nowMs))).toMatchObject({
      level,
      tasks: [{ summary: ended }],
    });
  });

  it('contains the note of a message that needs no work', () => {
    const outcome = { kind: 'handled', handled: [], note: 'S3 test event' } as const;
    expect(parsed(formatLogLine({ ...messageOf(), outcome }, nowMs))).toEqual({
      ...head,
      level: 'info',
      outcome: outcome.note,
    });
  });

  it('is a warning for an alien message', () => {
    const line = formatLogLine(
      { ...messageOf(), outcome: { kind: 'alien', why: 'the body is not a JSON\nobject' } },
      nowMs,
    );
    expect(parsed(line)).toEqual({
      ...head,
      level: 'warn',
      outcome: 'not for this pipeline, returned to the queue',
      why: 'the body is not a JSON\nobject',
    });
  });

  it.each([
    [
      'with a code',
      new LoaderError('ACCESS_DENIED', 'not allowed', { hint: 'Allow it.' }),
      { code: 'ACCESS_DENIED', message: 'not allowed', hint: 'Allow it.' },
    ],
    [
      'that is a bug',
      new TypeError('x is not a function'),
      { code: 'INTERNAL', message: 'x is not a function', hint: null },
    ],
    ['that is not an Error', 'what?', { code: 'INTERNAL', message: 'what?', hint: null }],
  ])('contains an error %s', (_, error, failure) => {
    expect(parsed(formatLogLine({ ...messageOf(), outcome: { kind: 'failed', error } }, nowMs))).toEqual({
      ...head,
      level: 'error',
      outcome: 'failed, will be retried',
      error: failure,
    });
  });
});

describe('the metrics of a message', () => {
  const names = [
    ['RecordsRead', 'Count', 12],
    ['RecordsWritten', 'Count', 9],
    ['RecordsRejected', 'Count', 2],
    ['Bytes', 'Bytes', 480],
    ['WriteUnits', 'Count', 9.5],
    ['Requests', 'Count', 4],
    ['ThrottledRequests', 'Count', 3],
    ['Seconds', 'Seconds', 1.5],
    ['JobsDone', 'Count', 0],
    ['JobsWithRejects', 'Count', 0],
    ['JobsReplaced', 'Count', 0],
    ['JobsFailed', 'Count', 0],
  ] as const;

  it('are in the embedded metric format', () => {
    expect(parsed(formatMetricsLine(messageOf(loaded), 'people', nowMs))).toEqual({
      _aws: {
        Timestamp: nowMs,
        CloudWatchMetrics: [
          {
            Namespace: 'csv2ddb',
            Dimensions: [['Table']],
            Metrics: names.map(([Name, Unit]) => ({ Name, Unit })),
          },
        ],
      },
      Table: 'people',
      ...Object.fromEntries(names.map(([name, , value]) => [name, value])),
    });
  });

  // CloudWatch User Guide, "Specification: Embedded metric format".
  it('keep the limits of the format', () => {
    const { _aws: header, ...members } = parsed(formatMetricsLine(messageOf(loaded, loaded), 'people', nowMs)) as {
      readonly _aws: {
        readonly Timestamp: number;
        readonly CloudWatchMetrics: readonly {
          readonly Namespace: string;
          readonly Dimensions: readonly (readonly string[])[];
          readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
        }[];
      };
      readonly [member: string]: unknown;
    };
    expect(Number.isSafeInteger(header.Timestamp)).toBe(true);
    expect(Object.keys(header)).toEqual(['Timestamp', 'CloudWatchMetrics']);
    for (const { Namespace: namespace, Dimensions: dimensions, Metrics: metrics } of header.CloudWatchMetrics) {
      expect(namespace).toMatch(/^[\w./#:-]{1,1024}$/);
      expect(metrics.length).toBeLessThanOrEqual(100);
      for (const dimension of dimensions.flat()) {
        expect(members[dimension]).toEqual(expect.any(String));
        expect(String(members[dimension]).length).toBeLessThanOrEqual(1024);
      }
      for (const { Name: name, Unit: unit } of metrics) {
        expect(unit).toMatch(/^(Seconds|Bytes|Count)$/);
        expect(members[name], name).toEqual(expect.any(Number));
      }
      expect(new Set(metrics.map(({ Name: name }) => name)).size).toBe(metrics.length);
    }
  });

  it('add up the counts of its tasks', () => {
    const line = formatMetricsLine(
      messageOf(loaded, idle, { ...loaded, work: { ...work, writeUnits: null } }),
      'people',
      nowMs,
    );
    expect(parsed(line)).toMatchObject({ RecordsRead: 24, WriteUnits: 9.5, Bytes: 960, Seconds: 1.5 });
  });

  it.each([
    [0, { JobsDone: 1, JobsWithRejects: 0, JobsFailed: 0 }],
    [1, { JobsDone: 0, JobsWithRejects: 1, JobsFailed: 0 }],
    [2, { JobsDone: 0, JobsWithRejects: 0, JobsFailed: 1 }],
    [3, { JobsDone: 0, JobsWithRejects: 0, JobsFailed: 1 }],
  ] as const)('count a job that ended with status %i even if nothing was loaded', (exitStatus, expected) => {
    const line = formatMetricsLine(messageOf({ ...idle, summary: summary(exitStatus) }), 'people', nowMs);
    expect(parsed(line)).toMatchObject({ ...expected, RecordsRead: 0, WriteUnits: 0 });
  });

  it('contain 0 write units if the endpoint reports none', () => {
    const line = formatMetricsLine(messageOf({ ...loaded, work: { ...work, writeUnits: null } }), 'people', nowMs);
    expect(parsed(line)).toMatchObject({ WriteUnits: 0 });
  });

  it.each([
    ['waits for a lease', messageOf(idle)],
    ['needs no work', messageOf()],
    ['is alien', { ...messageOf(), outcome: { kind: 'alien', why: 'the body is not a JSON object' } }],
    ['failed', { ...messageOf(), outcome: { kind: 'failed', error: new Error('oops') } }],
  ] as readonly (readonly [string, MessageReport])[])('do not exist if it %s', (_, message) => {
    expect(formatMetricsLine(message, 'people', nowMs)).toBeUndefined();
  });
});
