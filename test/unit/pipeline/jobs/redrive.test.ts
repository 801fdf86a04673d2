import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { jobKey, openJobsFolder, openJobKey, taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { redriveJob, resendOpenJobs } from '../../../../src/pipeline/jobs/redrive.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { markPublished } from '../../../../src/pipeline/state/job-end.ts';
import { newJob, recordReport, markStopped, type JobState } from '../../../../src/pipeline/state/job.ts';
import { zeroTotals } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type TaskName } from '../../../../src/pipeline/state/task.ts';
import { MemoryPorts, settingsFor, startMs, untilDone } from './memory-ports.ts';

const key = 'import/a.csv';
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;
const begin = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };

/** Creates ports with a started job and the states of these tasks. */
async function portsWith(
  parallel: number,
  tasks: readonly TaskName[],
  change: (job: JobState) => JobState = (job) => job,
): Promise<{ ports: MemoryPorts; id: string }> {
  const ports = new MemoryPorts();
  const object = ports.putObject(key);
  const id = getJobId(object);
  await ports.store.create(openJobKey(id), { key });
  await ports.store.create(jobKey(id), change(newJob(id, object, settingsFor(parallel), startMs)));
  for (const name of tasks)
    await ports.store.create(taskKey(id, name), newTask({ run: 1, from: 0, to: null, work: begin }, startMs));
  return { ports, id };
}

const done = { isDone: true, part: zeroTotals };
const undone = { isDone: false, part: zeroTotals };

describe('resending messages', () => {
  it('sends the first message of a job that has not started', async () => {
    const ports = new MemoryPorts();
    const id = getJobId(ports.putObject(key));
    await ports.store.create(openJobKey(id), { key });
    expect(await resendOpenJobs(ports, ports.store)).toBe(1);
    expect(ports.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
    await ports.drain();
    expect(ports.job(id).isPublished).toBe(true);
    expect(await ports.bucket.list(openJobsFolder)).toEqual([]);
  });

  it.each([
    ['a job of one range', 1, [0], {}, [undefined]],
    ['a job that is being cut', 4, ['cut', 0, 1], { ranges: null, reports: { 0: done } }, [undefined, 1]],
    ['a cut job', 4, ['cut', 0, 1, 2], { ranges: 3, reports: { 1: done } }, [undefined, 0, 2]],
    [
      'a job whose ranges have all reported',
      2,
      ['cut', 0, 1],
      { ranges: 2, reports: { 0: done, 1: done } },
      [undefined],
    ],
  ] as const)('sends a message for each task of %s that has not reported', async (_, parallel, tasks, change, sent) => {
    const { ports, id } = await portsWith(parallel, tasks, (job) => ({ ...job, ...change }));
    await resendOpenJobs(ports, ports.store);
    expect(ports.sent).toEqual(sent.map((task) => ({ job: id, key, task, delayMs: 0 })));
  });

  it('sends nothing for a job that ends meanwhile', async () => {
    const { ports, id } = await portsWith(1, [0]);
    const list = ports.bucket.list.bind(ports.bucket);
    ports.bucket.list = async (prefix) => {
      const names = await list(prefix);
      if (prefix === openJobsFolder) {
        await ports.bucket.remove(openJobKey(id));
        await ports.bucket.remove(jobKey(id));
      }
      return names;
    };
    await resendOpenJobs(ports, ports.store);
    expect(ports.sent).toEqual([]);
  });
});

describe('redrive', () => {
  it('of an unknown job does nothing', async () => {
    const ports = new MemoryPorts();
    expect(await redriveJob(ports, ports.store, 'j')).toBeUndefined();
    expect(ports.bucket.stored.size).toBe(0);
  });

  it('of a running job sends its messages again', async () => {
    const { ports, id } = await portsWith(1, [0]);
    expect(await redriveJob(ports, ports.store, id)).toMatchObject({ run: 1 });
    expect(ports.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
  });

  it('of an ended job starts the next run for the ranges that are not done', async () => {
    const ended = (job: JobState): JobState =>
      markPublished(
        markStopped(
          recordReport(recordReport({ ...job, ranges: 3, isWhole: true }, 0, done), 1, undone),
          'failed',
          why,
        ),
      );
    const { ports, id } = await portsWith(4, ['cut', 0, 1, 2], ended);
    await ports.bucket.remove(openJobKey(id));
    expect(await redriveJob(ports, ports.store, id)).toMatchObject({ run: 2, stop: null, isPublished: false });
    expect(ports.bucket.state(openJobKey(id))).toEqual({ key });
    expect(ports.sent.map(({ task }) => task)).toEqual([undefined, 1, 2]);
  });

  it('starts only one run if it is called twice at the same time', async () => {
    const { ports, id } = await portsWith(1, [0], (job) => markPublished(markStopped(job, 'failed', why)));
    await Promise.all([redriveJob(ports, ports.store, id), redriveJob(ports, ports.store, id)]);
    expect(ports.job(id).run).toBe(2);
  });

  it.each([
    ['one range', 1, [], 'file'],
    ['several ranges', 3, [300, 700], 'range'],
  ] as const)(
    'of a job with invalid settings reads them again and loads the object in %s',
    async (_, parallel, cuts, order) => {
      const ports = new MemoryPorts();
      const id = getJobId(ports.putObject(key));
      ports.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are not valid JSON'));
      await ports.handler.handleObject(key, untilDone);
      expect(ports.job(id)).toMatchObject({ settings: null, isPublished: true });
      ports.onSettle = () => Promise.resolve(settingsFor(parallel));
      ports.cuts = cuts;
      await redriveJob(ports, ports.store, id);
      await ports.drain();
      expect(ports.job(id)).toMatchObject({ isPublished: true, stop: null, settings: settingsFor().settings });
      expect(ports.published.at(-1)).toMatchObject({ run: 2, state: 'done', order, ranges: cuts.length + 1 });
      expect(ports.worked.map(({ task: { from, to } }) => [from, to])).toEqual(
        [0, ...cuts].map((from, range) => [from, cuts[range] ?? null]),
      );
    },
  );
});
