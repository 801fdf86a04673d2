import type { ObjectVersion } from '../../../../src/pipeline/state/identity.ts';
import { newJob, noSettings, type JobSettings, type JobState } from '../../../../src/pipeline/state/job.ts';
import { zeroTotals, type RangeTotals } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type TaskState } from '../../../../src/pipeline/state/task.ts';

export const object: ObjectVersion = {
  bucket: 'imports',
  key: 'import/people.csv',
  versionId: null,
  etag: '"abc"',
  lastModifiedMs: 1_800_000_000_000,
  sizeBytes: 1_000,
};

export function job(settings: JobSettings = noSettings, changes: Partial<JobState> = {}): JobState {
  return { ...newJob('job', object, settings, 0), ...changes };
}

/** A range with this progress. */
export function task(acknowledged: number, part: Partial<RangeTotals> = {}): TaskState {
  const work = { frontier: part.bytes ?? 0, acknowledged, checkpoint: null, part: { ...zeroTotals, ...part } };
  return newTask({ run: 1, from: 0, to: null, work }, 0);
}
