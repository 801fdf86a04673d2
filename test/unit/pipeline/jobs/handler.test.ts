import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { headName, jobName, openName, summaryName, taskName } from '../../../../src/pipeline/bucket/keys.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import { redriveJob } from '../../../../src/pipeline/jobs/redrive.ts';
import type { HeadState } from '../../../../src/pipeline/state/head.ts';
import { jobIdOf } from '../../../../src/pipeline/state/identity.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { newTask } from '../../../../src/pipeline/state/task.ts';
import { emptyPart } from '../../../../src/pipeline/state/totals.ts';
import type { Ended } from '../../../../src/pipeline/jobs/ports.ts';
import { MemoryWorld, settingsFor, startMs, untilDone } from './memory-world.ts';

const key = 'import/a.csv';

function worldWithObject(): { world: MemoryWorld; id: string } {
  const world = new MemoryWorld();
  return { world, id: jobIdOf(world.putObject(key)) };
}

describe('settings', () => {
  it('that cannot be used end the job as failed, and nothing is loaded', async () => {
    const { world, id } = worldWithObject();
    world.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are no JSON', { hint: 'Again.' }));
    const { outcome, summary } = await world.handler.put(key, untilDone);
    expect(outcome).toBe('the job has ended');
    expect(summary).toMatchObject({
      state: 'failed',
      exitStatus: 3,
      read: 0,
      error: { code: 'SETTINGS_INVALID', message: 'they are no JSON', hint: 'Again.' },
    });
    expect(world.published).toEqual([summary]);
    expect(world.worked).toEqual([]);
    expect(world.task(id, 0), 'no task is made for it').toBeUndefined();
    expect(world.bucket.stored.has(openName(id))).toBe(false);
  });

  it.each(['ACCESS_DENIED', 'RETRIES_EXHAUSTED', 'ENDPOINT_UNREACHABLE'] as const)(
    'that S3 does not give (%s) are looked for when the message comes back',
    async (code) => {
      const { world, id } = worldWithObject();
      world.onSettle = () => Promise.reject(new LoaderError(code, 'not now'));
      await expect(world.handler.put(key, untilDone)).rejects.toMatchObject({ code });
      expect(world.bucket.stored.has(jobName(id))).toBe(false);
      expect(world.bucket.state(openName(id)), 'it is not overlooked').toEqual({ key });
      world.onSettle = () => Promise.resolve(settingsFor());
      expect(await world.handler.put(key, untilDone)).toMatchObject({ summary: { state: 'done' } });
    },
  );

  it('of an object that is gone meanwhile end its job as gone', async () => {
    const { world } = worldWithObject();
    world.onSettle = () => {
      world.bucket.objects.delete(key);
      return Promise.reject(new LoaderError('SOURCE_UNREADABLE', 'there is no such object'));
    };
    expect(await world.handler.put(key, untilDone)).toMatchObject({ summary: { state: 'gone', exitStatus: 3 } });
  });

  it('of an object that is another meanwhile are those of a job that is not made', async () => {
    const { world, id } = worldWithObject();
    world.onSettle = (object) => {
      if (object.etag !== '"1"') return Promise.resolve(settingsFor());
      world.putObject(key, '"2"');
      return Promise.reject(new LoaderError('SOURCE_CHANGED', 'another version is there now'));
    };
    expect(await world.handler.put(key, untilDone)).toMatchObject({ outcome: 'there is no such job' });
    expect(world.bucket.stored.has(jobName(id))).toBe(false);
    // Its event is on its way.
    expect(await world.handler.put(key, untilDone)).toMatchObject({ summary: { state: 'done' } });
    expect(world.worked.map(({ job }) => job.object.etag)).toEqual(['"2"']);
    expect(world.job(id)).toMatchObject({ stop: { kind: 'replaced' } });
    await world.drain();
    expect(world.job(id).isPublished).toBe(true);
  });

  it('of an object that is there, and not to be read, are looked for when the message comes back', async () => {
    const { world } = worldWithObject();
    world.onSettle = () => Promise.reject(new LoaderError('SOURCE_UNREADABLE', 'not now'));
    await expect(world.handler.put(key, untilDone)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('that a redriven job finds anew say where it begins, though it has to wait first', async () => {
    const { world, id } = worldWithObject();
    world.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are no JSON'));
    await world.handler.put(key, untilDone);
    // Somebody still loads an earlier version.
    const earlier = { ...world.putObject(key), etag: '"0"' };
    const old = jobIdOf(earlier);
    const head = await world.store.read<HeadState>(headName(key));
    if (head === undefined) throw new Error('there is no head');
    await world.store.change(headName(key), head, { ...head.state, earlier: [earlier] });
    await world.store.make(jobName(old), newJob(old, earlier, settingsFor(), startMs));
    const work = { frontier: 0, acknowledged: 0, checkpoint: null, part: emptyPart };
    const lease = { owner: 'other', durationMs: 30_000 };
    await world.store.make(taskName(old, 0), { ...newTask({ run: 1, from: 0, to: null, work }, startMs), lease });

    world.onSettle = () => Promise.resolve(settingsFor(2));
    world.cuts = [500];
    await redriveJob(world, world.store, id);
    const first = world.sent.shift();
    if (first === undefined) throw new Error('nothing was sent');
    expect(await world.handler.goOn(first, untilDone)).toMatchObject({
      outcome: 'waits: an earlier version is still being loaded',
    });
    expect(world.sent).toEqual([{ job: id, key, task: undefined, delayMs: 31_000 }]);
    await world.drain();
    expect(world.published.at(-1)).toMatchObject({ job: id, run: 2, state: 'done', ranges: 2 });
  });
});

describe('a PUT', () => {
  const places = (id: string) => [
    ['the mark', openName(id)],
    ['the head', headName(key)],
    ['the job', jobName(id)],
    ['the task', taskName(id, 0)],
    ['the summary', summaryName(id, 1)],
  ];
  const { id } = worldWithObject();

  it.each(places(id))('of %s whose answer is lost is known as our own', async (_, name) => {
    const { world } = worldWithObject();
    world.bucket.onPut = (put) => (put === name ? 'lost' : undefined);
    expect(await world.handler.put(key, untilDone)).toMatchObject({ summary: { state: 'done', read: 0 } });
    expect(world.worked).toHaveLength(1);
    expect(world.published).toHaveLength(1);
  });

  it.each(places(id).filter(([what]) => what !== 'the summary'))(
    'of %s that another one was before changes nothing: it is read again',
    async (_, name) => {
      const { world } = worldWithObject();
      let isFirst = true;
      world.bucket.onPut = (put, body) => {
        if (put === name && isFirst) {
          isFirst = false;
          // The same by somebody else: another token.
          const at = world.bucket.stored.get(put);
          const theirs = at?.body ?? body;
          world.bucket.stored.set(put, {
            body: theirs.replace(/token \d+/, 'theirs'),
            etag: '"theirs"',
            putMs: startMs,
          });
        }
        return undefined;
      };
      expect(await world.handler.put(key, untilDone)).toMatchObject({ outcome: 'the job has ended' });
      expect(world.worked).toHaveLength(1);
    },
  );

  it('that S3 never takes leaves the message to come back, and the next one goes on from there', async () => {
    const { world } = worldWithObject();
    world.bucket.onPut = (put) => {
      if (put === jobName(id) && world.worked.length > 0) throw new LoaderError('RETRIES_EXHAUSTED', 'SlowDown');
      return undefined;
    };
    await expect(world.handler.put(key, untilDone)).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    world.bucket.onPut = () => undefined;
    expect(await world.handler.put(key, untilDone)).toMatchObject({ summary: { state: 'done' }, work: undefined });
    expect(world.worked).toHaveLength(1);
  });
});

describe('a message that comes', () => {
  it('twice does no work the second time', async () => {
    const { world } = worldWithObject();
    await world.handler.put(key, untilDone);
    expect(await world.handler.put(key, untilDone)).toMatchObject({ outcome: 'the job has ended', work: undefined });
    expect([world.worked.length, world.published.length]).toEqual([1, 1]);
  });

  it('while its task is worked on waits for the end of the lease', async () => {
    const { world, id } = worldWithObject();
    let second: unknown;
    world.onLoad = async ({ task }): Promise<Ended> => {
      second = await world.handler.put(key, untilDone);
      return { kind: 'done', work: task.work };
    };
    await world.handler.put(key, untilDone);
    expect(second).toMatchObject({ outcome: 'waits: somebody works on it', work: undefined });
    expect(world.worked).toHaveLength(1);
    expect(world.sent).toEqual([{ job: id, key, task: undefined, delayMs: 61_000 }]);
    await world.drain();
    expect(world.worked).toHaveLength(1);
  });

  it('after the object was deleted is of the job that is known, and done', async () => {
    const { world } = worldWithObject();
    await world.handler.put(key, untilDone);
    world.bucket.objects.delete(key);
    expect(await world.handler.put(key, untilDone)).toMatchObject({ outcome: 'the job has ended' });
    expect(world.worked).toHaveLength(1);
  });

  it('for a version that was replaced loads nothing of it, and is no reason to load the newer one twice', async () => {
    const { world, id } = worldWithObject();
    await world.handler.put(key, untilDone);
    const newer = jobIdOf(world.putObject(key, '"2"'));
    await world.handler.put(key, untilDone);
    expect(await world.handler.goOn({ job: id, key, task: 0 }, untilDone)).toMatchObject({ job: id, work: undefined });
    expect(world.worked.map(({ job }) => job.id)).toEqual([id, newer]);
  });

  it.each([
    ['a job that nobody knows', 'nobody', undefined, 'there is no such job'],
    ['a range that there is none of', undefined, 7, 'there is no such range'],
  ])('for %s does nothing', async (_, job, task, outcome) => {
    const { world, id } = worldWithObject();
    world.onLoad = ({ task: { work } }) =>
      Promise.resolve({ kind: 'failed', work, why: { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } });
    await world.handler.put(key, untilDone);
    expect(await world.handler.goOn({ job: job ?? id, key, task }, untilDone)).toMatchObject({ outcome });
    expect(world.worked).toHaveLength(1);
  });

  it('when the time is over takes the task and hands it over at once', async () => {
    const { world, id } = worldWithObject();
    const over = { stop: AbortSignal.abort(), leaseMs: () => 60_000 };
    expect(await world.handler.put(key, over)).toMatchObject({ outcome: handedOver });
    expect(world.worked).toEqual([]);
    expect(world.task(id, 0)).toMatchObject({ lease: null, failedStarts: 0 });
    expect(world.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
  });
});

it('what was seen of one run changes no later one', async () => {
  const { world, id } = worldWithObject();
  world.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are no JSON'));
  await world.handler.put(key, untilDone);
  await redriveJob(world, world.store, id);
  world.sent.length = 0;
  // Whoever looks at run 2 stands still, with settings that cannot be used; others end it meanwhile and begin run 3.
  let isFirst = true;
  world.onSettle = async () => {
    if (isFirst) {
      isFirst = false;
      await world.handler.put(key, untilDone);
      await redriveJob(world, world.store, id);
      world.onSettle = () => Promise.resolve(settingsFor());
    }
    throw new LoaderError('SETTINGS_INVALID', 'they are no JSON');
  };
  await world.handler.put(key, untilDone);
  expect(world.published.map(({ run, state }) => [run, state])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
    [3, 'done'],
  ]);
});

describe('an object that is put again', () => {
  it('is loaded as soon as the load of the earlier version has stopped, not when its lease would have ended', async () => {
    const { world, id } = worldWithObject();
    let isFirst = true;
    world.onLoad = async (leased) => {
      const { work } = leased.task;
      if (!isFirst) return { kind: 'done', work };
      isFirst = false;
      world.clock.pass(1_000);
      world.putObject(key, '"2"');
      await world.handler.put(key, untilDone);
      // The newer one waits for the lease.
      expect(world.sent.splice(0)).toMatchObject([{ key, delayMs: 60_000 }]);
      await leased.renew(work);
      expect(leased.stop.aborted).toBe(true);
      return { kind: 'stopped', work };
    };
    expect(await world.handler.put(key, untilDone)).toMatchObject({ job: id, summary: { state: 'replaced' } });
    const [wake, ...others] = world.sent.splice(0);
    expect(others).toEqual([]);
    expect(wake).toMatchObject({ key, task: undefined, delayMs: 0 });
    if (wake !== undefined) await world.handler.goOn(wake, untilDone);
    expect(world.published.map(({ state }) => state)).toEqual(['replaced', 'done']);
    // Nobody waits any more: nothing is sent for nobody.
    expect(world.sent).toEqual([]);
  });
});

describe('a packed object', () => {
  it('that no function has the time to unpack to where it goes on ends as failed, with a hint to the worker', async () => {
    const { world, id } = worldWithObject();
    let shifts = 0;
    let over = new AbortController();
    world.onLoad = ({ task }) => {
      shifts++;
      over.abort();
      return Promise.resolve({ kind: 'stopped', work: task.work, isVain: true });
    };
    await world.handler.put(key, { stop: over.signal, leaseMs: () => 60_000 });
    for (let message = world.sent.shift(); message !== undefined; message = world.sent.shift()) {
      over = new AbortController();
      await world.handler.goOn(message, { stop: over.signal, leaseMs: () => 60_000 });
    }
    expect(world.job(id).isPublished).toBe(true);
    expect(shifts).toBe(3);
    expect(world.published).toMatchObject([
      {
        state: 'failed',
        error: { code: 'RETRIES_EXHAUSTED', hint: expect.stringContaining('csv2ddb worker') as string },
      },
    ]);
  });
});
