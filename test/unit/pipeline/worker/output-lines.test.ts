import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { triedAgain } from '../../../../src/pipeline/jobs/steps/work.ts';
import { summaryOf, type JobSummary } from '../../../../src/pipeline/state/job-end.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import type { Message } from '../../../../src/pipeline/jobs/log.ts';
import { endingLine, summaryLines, troubleLines } from '../../../../src/pipeline/worker/output-lines.ts';
import { settingsFor } from '../jobs/memory-world.ts';

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 7 };

function summary(more: Partial<JobSummary>): JobSummary {
  const counts = { read: 1_234, written: 1_200, superseded: 34, seconds: 61, recordsPerSecond: 20 };
  return { ...summaryOf(newJob('j', object, settingsFor(), 0), 'people', 0), ...counts, ...more };
}

const error = { code: 'ACCESS_DENIED', message: 'not\u001b[31m allowed', hint: 'Allow it.', place: null } as const;

describe('a job that has ended', () => {
  it.each([
    ['done', /^import\/a.csv: loaded; 1,234 records in 1m01s, 20 a second$/],
    ['rejects', /stopped, too many rejected records; /],
    ['replaced', /replaced by a newer version; /],
    ['gone', /gone before it was loaded; /],
    ['failed', /failed; /],
  ] as const)('is told in a line where it is %s', (state, line) => {
    expect(summaryLines(summary({ state }))).toEqual([expect.stringMatching(line)]);
  });

  it.each([
    ['none', null, []],
    ['one', 's3://b/rejects/j/1.csv', ['  rejects: s3://b/rejects/j/1.csv']],
    ['a list of one', ['s3://b/1.csv'], ['  rejects: s3://b/1.csv']],
    ['several', ['s3://b/1.csv', 's3://b/2.csv', 's3://b/3.csv'], ['  rejects: s3://b/1.csv and 2 more']],
  ])('says where its rejected records are: %s', (_, rejectsFile, lines) => {
    const [first, ...others] = summaryLines(summary({ rejected: 1_000, rejectsFile }));
    expect(first).toMatch(/, 1,000 rejected$/);
    expect(others).toEqual(lines);
  });

  it('says what went wrong and what to do, and nothing that a terminal would act on', () => {
    const lines = summaryLines(summary({ state: 'failed', key: 'import/\u001b]0;.csv', error }));
    expect(lines.slice(1)).toEqual([expect.stringMatching(/^ {2}ACCESS_DENIED: not.* allowed$/), '  hint: Allow it.']);
    expect(lines.join()).not.toContain('\u001b');
    expect(summaryLines(summary({ state: 'failed', error: { ...error, hint: null } }))).toHaveLength(2);
  });
});

describe('a message', () => {
  const message = { id: 'm', receives: 3, seconds: 1 };
  it.each([
    ['that was dealt with is not told', { kind: 'handled', handled: [], note: undefined }, []],
    [
      'that is none of ours is told',
      { kind: 'alien', why: 'it is no JSON object' },
      ['message m is none of ours (it is no JSON object): given back until it is a dead letter, receive 3'],
    ],
    [
      'that could not be dealt with is told with what to do',
      { kind: 'failed', error: new LoaderError('ACCESS_DENIED', 'not allowed', { hint: 'Allow it.' }) },
      ['message m comes back, receive 3', '  ACCESS_DENIED: not allowed', '  hint: Allow it.'],
    ],
    [
      'that met a bug is told',
      { kind: 'failed', error: new TypeError('x is no\nfunction') },
      ['message m comes back, receive 3', '  INTERNAL: x is no', '  function'],
    ],
  ] as readonly (readonly [string, Message['outcome'], string[]])[])('%s', (_, outcome, lines) => {
    expect(troubleLines({ ...message, outcome })).toEqual(lines);
  });

  it('that is begun anew after a while is told with why', () => {
    const handled = [{ outcome: `${triedAgain}dynamodb:BatchWriteItem is not\u001b allowed` }, { outcome: 'done' }].map(
      (one) => ({ job: 'j', task: undefined, work: undefined, summary: undefined, ...one }),
    );
    const [line, ...others] = troubleLines({ ...message, outcome: { kind: 'handled', handled, note: undefined } });
    expect(line).toMatch(/^message m: failed, is tried again: dynamodb:BatchWriteItem is not.* allowed$/);
    expect(line).not.toContain('\u001b');
    expect(others).toEqual([]);
  });

  it('that could not be deleted is told with what to do', () => {
    const denied = new LoaderError('ACCESS_DENIED', 'no sqs:DeleteMessage', { hint: 'Allow it.' });
    expect(troubleLines({ ...message, outcome: { kind: 'handled', handled: [], note: undefined }, denied })).toEqual([
      'message m stays as it is',
      '  ACCESS_DENIED: no sqs:DeleteMessage',
      '  hint: Allow it.',
    ]);
  });

  it('that names what a terminal would act on is told without that', () => {
    const why = 'it is about the bucket \u001b[31m';
    expect(troubleLines({ ...message, outcome: { kind: 'alien', why } }).join()).not.toContain('\u001b');
  });
});

it.each([
  [{ done: 0, withRejects: 0, failed: 0 }, 'ended; no job has ended here'],
  [{ done: 1, withRejects: 0, failed: 0 }, 'ended; 1 job: 1 loaded'],
  [
    { done: 1_200, withRejects: 3, failed: 1 },
    'ended; 1,204 jobs: 1,200 loaded, 3 loaded but for rejected records, 1 not loaded whole',
  ],
])('the end is told: %j', (jobs, line) => {
  expect(endingLine({ jobs })).toBe(line);
});
