import { describe, expect, it } from 'vitest';
import { LoaderError, type ExitStatus } from '../../../../src/errors.ts';
import type { Handled } from '../../../../src/pipeline/jobs/handler.ts';
import { summaryOf, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { emptyPart, type Part } from '../../../../src/pipeline/state/totals.ts';
import { logLine, metricsLine, type Message } from '../../../../src/pipeline/jobs/log.ts';

const nowMs = Date.UTC(2026, 10, 20, 10);
const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: nowMs, sizeBytes: 7 };
const job = newJob(
  'j',
  object,
  { settings: { table: 'people', options: {} }, parallel: 1, maxErrors: { kind: 'count', count: 0 } },
  nowMs,
);

function summary(exitStatus: ExitStatus): JobSummary {
  return { ...summaryOf(job, 'people', nowMs), exitStatus };
}

const work: Part = {
  ...emptyPart,
  counts: { read: 12, written: 9, superseded: 1, skipped: 0, filtered: 0, rejected: 2 },
  bytes: 480,
  writeUnits: 9.5,
  requests: 4,
  throttledRequests: 3,
  unprocessedItems: 5,
  retries: 6,
  rejects: [{ key: 'rejects/j/0-480.csv', records: 2 }],
};

const loaded: Handled = { job: 'j', task: 0, outcome: 'the job has ended', work, summary: undefined };
const idle: Handled = { ...loaded, outcome: 'waits: somebody works on it', work: undefined };

function messageOf(...handled: Handled[]): Message {
  return { id: 'm', receives: 2, seconds: 1.5, outcome: { kind: 'handled', handled, note: undefined } };
}

function parsed(line: string | undefined): Record<string, unknown> {
  if (line === undefined) throw new Error('there is no line');
  expect(line).not.toContain('\n');
  return JSON.parse(line) as Record<string, unknown>;
}

describe('the log', () => {
  const head = { time: '2026-11-20T10:00:00.000Z', message: 'm', receives: 2, seconds: 1.5 };

  it('has what was not allowed with the message itself', () => {
    const denied = new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage', { hint: 'Allow it.' });
    expect(parsed(logLine({ ...messageOf(loaded), denied }, nowMs))).toMatchObject({
      ...head,
      level: 'error',
      denied: { code: 'ACCESS_DENIED', message: 'no sqs:DeleteMessage', hint: 'Allow it.' },
      tasks: [{ outcome: 'the job has ended' }],
    });
  });

  it('has what a message came to, and what was loaded for it', () => {
    expect(parsed(logLine(messageOf(loaded, idle), nowMs))).toEqual({
      ...head,
      level: 'info',
      tasks: [
        {
          ...{ job: 'j', task: 0, outcome: 'the job has ended' },
          ...{ read: 12, written: 9, superseded: 1, skipped: 0, filtered: 0, rejected: 2, bytes: 480 },
          ...{ writeUnits: 9.5, requests: 4, throttledRequests: 3, retries: 6 },
        },
        { job: 'j', task: 0, outcome: 'waits: somebody works on it' },
      ],
    });
  });

  it.each([
    [0, 'info'],
    [1, 'warn'],
    [3, 'warn'],
  ] as const)('has the summary of a job that ended with %i, as %s', (exitStatus, level) => {
    const ended = summary(exitStatus);
    expect(parsed(logLine(messageOf({ ...loaded, summary: ended }), nowMs))).toMatchObject({
      level,
      tasks: [{ summary: ended }],
    });
  });

  it('has a message that asks for nothing', () => {
    const outcome = { kind: 'handled', handled: [], note: 'a test event of S3' } as const;
    expect(parsed(logLine({ ...messageOf(), outcome }, nowMs))).toEqual({
      ...head,
      level: 'info',
      outcome: outcome.note,
    });
  });

  it('has one that is none of ours as a warning', () => {
    const line = logLine({ ...messageOf(), outcome: { kind: 'alien', why: 'it is no JSON\nobject' } }, nowMs);
    expect(parsed(line)).toEqual({
      ...head,
      level: 'warn',
      outcome: 'none of ours, given back',
      why: 'it is no JSON\nobject',
    });
  });

  it.each([
    [
      'of a code',
      new LoaderError('ACCESS_DENIED', 'not allowed', { hint: 'Allow it.' }),
      { code: 'ACCESS_DENIED', message: 'not allowed', hint: 'Allow it.' },
    ],
    ['of ours', new TypeError('x is no function'), { code: 'INTERNAL', message: 'x is no function', hint: null }],
    ['that is none', 'what?', { code: 'INTERNAL', message: 'what?', hint: null }],
  ])('has an error %s', (_, error, told) => {
    expect(parsed(logLine({ ...messageOf(), outcome: { kind: 'failed', error } }, nowMs))).toEqual({
      ...head,
      level: 'error',
      outcome: 'failed, comes back',
      error: told,
    });
  });
});

describe('the metrics', () => {
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

  it('are told in the embedded metric format', () => {
    expect(parsed(metricsLine(messageOf(loaded), 'people', nowMs))).toEqual({
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
    const { _aws: about, ...members } = parsed(metricsLine(messageOf(loaded, loaded), 'people', nowMs)) as {
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
    expect(Number.isSafeInteger(about.Timestamp)).toBe(true);
    expect(Object.keys(about)).toEqual(['Timestamp', 'CloudWatchMetrics']);
    for (const { Namespace: namespace, Dimensions: dimensions, Metrics: metrics } of about.CloudWatchMetrics) {
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

  it('add up what a message brought', () => {
    const line = metricsLine(
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
  ] as const)('count a job that ended with %i, though nothing was loaded for it', (exitStatus, told) => {
    const line = metricsLine(messageOf({ ...idle, summary: summary(exitStatus) }), 'people', nowMs);
    expect(parsed(line)).toMatchObject({ ...told, RecordsRead: 0, WriteUnits: 0 });
  });

  it('have numbers where the endpoint reports no write units', () => {
    const line = metricsLine(messageOf({ ...loaded, work: { ...work, writeUnits: null } }), 'people', nowMs);
    expect(parsed(line)).toMatchObject({ WriteUnits: 0 });
  });

  it.each([
    ['found others at work', messageOf(idle)],
    ['asked for nothing', messageOf()],
    ['is none of ours', { ...messageOf(), outcome: { kind: 'alien', why: 'it is no JSON object' } }],
    ['failed', { ...messageOf(), outcome: { kind: 'failed', error: new Error('oops') } }],
  ] as readonly (readonly [string, Message])[])('say nothing of a message that %s', (_, message) => {
    expect(metricsLine(message, 'people', nowMs)).toBeUndefined();
  });
});
