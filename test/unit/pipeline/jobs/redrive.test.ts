import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { jobName, openFolder, openName, taskName } from '../../../../src/pipeline/bucket/keys.ts';
import { redriveJob, rouseOpenJobs } from '../../../../src/pipeline/jobs/redrive.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { markPublished } from '../../../../src/pipeline/state/job-end.ts';
import { newJob, report, stop, type JobState } from '../../../../src/pipeline/state/job.ts';
import { emptyPart } from '../../../../src/pipeline/state/totals.ts';
import { newTask, type TaskName } from '../../../../src/pipeline/state/task.ts';
import { MemoryWorld, settingsFor, startMs, untilDone } from './memory-world.ts';

const key = 'import/a.csv';
const why = { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } as const;
const begin = { frontier: 0, acknowledged: 0, checkpoint: null, part: emptyPart };

/** A job that is begun, with these tasks made and these ranges reported. */
async function worldWith(
  parallel: number,
  tasks: readonly TaskName[],
  change: (job: JobState) => JobState = (job) => job,
): Promise<{ world: MemoryWorld; id: string }> {
  const world = new MemoryWorld();
  const object = world.putObject(key);
  const id = jobIdOf(object);
  await world.store.make(openName(id), { key });
  await world.store.make(jobName(id), change(newJob(id, object, settingsFor(parallel), startMs)));
  for (const name of tasks)
    await world.store.make(taskName(id, name), newTask({ run: 1, from: 0, to: null, work: begin }, startMs));
  return { world, id };
}

const done = { isDone: true, part: emptyPart };
const undone = { isDone: false, part: emptyPart };

describe('jobs that are roused', () => {
  it('and are not begun get the message they would begin with', async () => {
    const world = new MemoryWorld();
    const id = jobIdOf(world.putObject(key));
    await world.store.make(openName(id), { key });
    expect(await rouseOpenJobs(world, world.store)).toBe(1);
    expect(world.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
    await world.drain();
    expect(world.job(id).isPublished).toBe(true);
    expect(await world.bucket.list(openFolder)).toEqual([]);
  });

  it.each([
    ['of one range', 1, [0], {}, [undefined]],
    ['that are being cut', 4, ['cut', 0, 1], { ranges: null, reports: { 0: done } }, [undefined, 1]],
    ['that are cut', 4, ['cut', 0, 1, 2], { ranges: 3, reports: { 1: done } }, [undefined, 0, 2]],
    ['whose ranges are all reported', 2, ['cut', 0, 1], { ranges: 2, reports: { 0: done, 1: done } }, [undefined]],
  ] as const)('and %s get messages for all that was not reported', async (_, parallel, tasks, change, sent) => {
    const { world, id } = await worldWith(parallel, tasks, (job) => ({ ...job, ...change }));
    await rouseOpenJobs(world, world.store);
    expect(world.sent).toEqual(sent.map((task) => ({ job: id, key, task, delayMs: 0 })));
  });

  it('and have ended since are left alone', async () => {
    const { world, id } = await worldWith(1, [0]);
    const list = world.bucket.list.bind(world.bucket);
    world.bucket.list = async (prefix) => {
      const names = await list(prefix);
      if (prefix === openFolder) {
        await world.bucket.remove(openName(id));
        await world.bucket.remove(jobName(id));
      }
      return names;
    };
    await rouseOpenJobs(world, world.store);
    expect(world.sent).toEqual([]);
  });
});

describe('redrive', () => {
  it('of a job that nobody knows does nothing', async () => {
    const world = new MemoryWorld();
    expect(await redriveJob(world, world.store, 'j')).toBeUndefined();
    expect(world.bucket.stored.size).toBe(0);
  });

  it('of a job that runs sends its messages again', async () => {
    const { world, id } = await worldWith(1, [0]);
    expect(await redriveJob(world, world.store, id)).toMatchObject({ run: 1 });
    expect(world.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
  });

  it('of a job that has ended begins another run, for what is not done', async () => {
    const ended = (job: JobState): JobState =>
      markPublished(stop(report(report({ ...job, ranges: 3, isWhole: true }, 0, done), 1, undone), 'failed', why));
    const { world, id } = await worldWith(4, ['cut', 0, 1, 2], ended);
    await world.bucket.remove(openName(id));
    expect(await redriveJob(world, world.store, id)).toMatchObject({ run: 2, stop: null, isPublished: false });
    expect(world.bucket.state(openName(id))).toEqual({ key });
    expect(world.sent.map(({ task }) => task)).toEqual([undefined, 1, 2]);
  });

  it('is not for a run that began meanwhile', async () => {
    const { world, id } = await worldWith(1, [0], (job) => markPublished(stop(job, 'failed', why)));
    await Promise.all([redriveJob(world, world.store, id), redriveJob(world, world.store, id)]);
    expect(world.job(id).run).toBe(2);
  });

  it.each([
    ['one range', 1, [], 'file'],
    ['several ranges', 3, [300, 700], 'range'],
  ] as const)(
    'of a job whose settings could not be used looks for them anew, and loads it in %s',
    async (_, parallel, cuts, order) => {
      const world = new MemoryWorld();
      const id = jobIdOf(world.putObject(key));
      world.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are no JSON'));
      await world.handler.put(key, untilDone);
      expect(world.job(id)).toMatchObject({ settings: null, isPublished: true });
      world.onSettle = () => Promise.resolve(settingsFor(parallel));
      world.cuts = cuts;
      await redriveJob(world, world.store, id);
      await world.drain();
      expect(world.job(id)).toMatchObject({ isPublished: true, stop: null, settings: settingsFor().settings });
      expect(world.published.at(-1)).toMatchObject({ run: 2, state: 'done', order, ranges: cuts.length + 1 });
      expect(world.worked.map(({ task: { from, to } }) => [from, to])).toEqual(
        [0, ...cuts].map((from, range) => [from, cuts[range] ?? null]),
      );
    },
  );
});
