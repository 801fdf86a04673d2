import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { retryingPrefix } from '../../../../src/pipeline/jobs/steps/work.ts';
import { summarizeJob, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import type { MessageReport } from '../../../../src/pipeline/jobs/log.ts';
import {
  formatFinishedJobs,
  formatJobSummary,
  formatMessageProblems,
} from '../../../../src/pipeline/worker/output-lines.ts';
import { settingsFor } from '../jobs/memory-ports.ts';

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 7 };

function summary(more: Partial<JobSummary>): JobSummary {
  const counts = { read: 1_234, written: 1_200, superseded: 34, seconds: 61, recordsPerSecond: 20 };
  return { ...summarizeJob(newJob('j', object, settingsFor(), 0), 'people', 0), ...counts, ...more };
}

const error = { code: 'ACCESS_DENIED', message: 'not\u001b[31m allowed', hint: 'Allow it.', place: null } as const;

describe('a job that has ended', () => {
  it.each([
    ['done', /^import\/a.csv: loaded; 1,234 records in 1m01s, 20 records\/s$/],
    ['rejects', /stopped, too many rejected records; /],
    ['replaced', /replaced by a newer version; /],
    ['gone', /deleted before it was loaded; /],
    ['failed', /failed; /],
  ] as const)('has one line if its state is %s', (state, line) => {
    expect(formatJobSummary(summary({ state }))).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    ['none', null, []],
    ['one', 's3://b/rejects/j/1.csv', ['  rejects: s3://b/rejects/j/1.csv']],
    ['one in a list', ['s3://b/1.csv'], ['  rejects: s3://b/1.csv']],
    ['several', ['s3://b/1.csv', 's3://b/2.csv', 's3://b/3.csv'], ['  rejects: s3://b/1.csv and 2 more']],
  ])('names the objects with its rejected records: %s', (_, rejectsFile, lines) => {
    const [first, ...others] = formatJobSummary(summary({ rejected: 1_000, rejectsFile }));
    expect(first).toMatch(/, 1,000 rejected$/);
    expect(others).toEqual(lines);
  });

  it('shows the error and the hint without control characters', () => {
    const lines = formatJobSummary(summary({ state: 'failed', key: 'import/\u001b]0;.csv', error }));
    expect(lines.slice(1)).toEqual([expect.stringMatching(/^ {2}ACCESS_DENIED: not.* allowed$/), '  hint: Allow it.']);
    expect(lines.join()).not.toContain('\u001b');
    expect(formatJobSummary(summary({ state: 'failed', error: { ...error, hint: null } }))).toHaveLength(2);
  });
});

describe('a message', () => {
  const message = { id: 'm', receives: 3, seconds: 1 };
  it.each([
    ['that was handled has no lines', { kind: 'handled', handled: [], note: undefined }, []],
    [
      'that is alien shows why',
      { kind: 'alien', why: 'the body is not a JSON object' },
      [
        'message m is not for this pipeline (the body is not a JSON object): returned to the queue until it becomes a dead letter, receive 3',
      ],
    ],
    [
      'that failed shows the error and the hint',
      { kind: 'failed', error: new LoaderError('ACCESS_DENIED', 'not allowed', { hint: 'Allow it.' }) },
      ['message m failed and will be retried, receive 3', '  ACCESS_DENIED: not allowed', '  hint: Allow it.'],
    ],
    [
      'that failed because of a bug shows the error',
      { kind: 'failed', error: new TypeError('x is not\na function') },
      ['message m failed and will be retried, receive 3', '  INTERNAL: x is not', '  a function'],
    ],
  ] as readonly (readonly [string, MessageReport['outcome'], string[]])[])('%s', (_, outcome, lines) => {
    expect(formatMessageProblems({ ...message, outcome })).toEqual(lines);
  });

  it('whose task is retried shows why', () => {
    const handled = [
      { outcome: `${retryingPrefix}dynamodb:BatchWriteItem is not\u001b allowed` },
      { outcome: 'done' },
    ].map((task) => ({ job: 'j', task: undefined, work: undefined, summary: undefined, ...task }));
    const [line, ...others] = formatMessageProblems({
      ...message,
      outcome: { kind: 'handled', handled, note: undefined },
    });
    expect(line).toMatch(/^message m: failed, will be retried: dynamodb:BatchWriteItem is not.* allowed$/);
    expect(line).not.toContain('\u001b');
    expect(others).toEqual([]);
  });

  it('that could not be deleted shows the missing permission', () => {
    const denied = new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage', { hint: 'Allow it.' });
    expect(
      formatMessageProblems({ ...message, outcome: { kind: 'handled', handled: [], note: undefined }, denied }),
    ).toEqual([
      'message m could not be changed in the queue',
      '  ACCESS_DENIED: no sqs:DeleteMessage',
      '  hint: Allow it.',
    ]);
  });

  it('is shown without control characters', () => {
    const why = 'it is about a different bucket: \u001b[31m';
    expect(formatMessageProblems({ ...message, outcome: { kind: 'alien', why } }).join()).not.toContain('\u001b');
  });
});

it.each([
  [{ done: 0, withRejects: 0, failed: 0 }, 'no jobs finished'],
  [{ done: 1, withRejects: 0, failed: 0 }, '1 job finished: 1 loaded'],
  [
    { done: 1_200, withRejects: 3, failed: 1 },
    '1,204 jobs finished: 1,200 loaded, 3 loaded with rejected records, 1 not fully loaded',
  ],
])('the last line of a worker shows its jobs: %j', (jobs, line) => {
  expect(formatFinishedJobs({ jobs })).toBe(line);
});
