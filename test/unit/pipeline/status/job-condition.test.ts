import { expect, it } from 'vitest';
import { markPublished } from '../../../../src/pipeline/state/job-end.ts';
import { newJob, recordReport, markStopped, type JobState, type StopKind } from '../../../../src/pipeline/state/job.ts';
import { zeroTotals } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type AgedTask, type TaskName } from '../../../../src/pipeline/state/task.ts';
import { determineCondition, type JobCondition } from '../../../../src/pipeline/status/job-condition.ts';
import { settingsFor } from '../jobs/memory-ports.ts';

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 1_000 };
const one = newJob('j', object, settingsFor(), 0);
const several = newJob('j', object, settingsFor(4), 0);
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;
const rejected = { ...zeroTotals, counts: { ...zeroTotals.counts, read: 2, written: 1, rejected: 1 } };
const stopped = (kind: StopKind): JobState => markPublished(markStopped(one, kind, why));

/** @param ageMs age of a lease of 60 s; undefined: no lease */
function task(ageMs?: number): AgedTask {
  const work = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };
  const lease = ageMs === undefined ? null : { owner: 'me', durationMs: 60_000 };
  return { state: { ...newTask({ run: 1, from: 0, to: null, work }, 0), lease }, ageMs: ageMs ?? 0 };
}

it.each<[expected: JobCondition, title: string, job: JobState | undefined, tasks: [TaskName, AgedTask][]]>([
  ['not started', 'is only marked as open', undefined, []],
  ['waiting', 'has no task yet', one, []],
  ['waiting', 'has no lease', one, [[0, task()]]],
  ['loading', 'has a lease', one, [[0, task(30_000)]]],
  ['waiting', 'has an expired lease', one, [[0, task(61_001)]]],
  ['cutting', 'is being cut and not loaded yet', several, [['cut', task(0)], [0, task()]]],
  ['loading', 'is being cut and loaded', several, [['cut', task(0)], [0, task(0)]]],
  ['loading', 'has one range with a lease', several, [['cut', task()], [0, task()], [1, task(0)]]],
  ['stopping', 'is to stop', markStopped(one, 'failed', why), [[0, task(0)]]],
  ['done', 'has ended', markPublished(recordReport(one, 0, { isDone: true, part: zeroTotals })), []],
  ['done with rejects', 'has ended with rejects', markPublished(recordReport(one, 0, { isDone: true, part: rejected })), []],
  ['too many rejects', 'was stopped by its rejects', stopped('rejects'), []],
  ['replaced', 'was replaced', stopped('replaced'), []],
  ['gone', 'lost its object', stopped('gone'), []],
  ['failed', 'has failed', stopped('failed'), []],
])('is "%s" for a job that %s', (expected, _, job, tasks) => {
  expect(determineCondition(job, new Map(tasks))).toBe(expected);
}); // prettier-ignore
