import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import { latestVersionKey, jobKey, openJobKey, summaryKey, taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import { handedOver } from '../../../../src/pipeline/jobs/steps/work.ts';
import { redriveJob } from '../../../../src/pipeline/jobs/redrive.ts';
import type { LatestVersionState } from '../../../../src/pipeline/state/latest-version.ts';
import { getJobId } from '../../../../src/pipeline/state/identity.ts';
import { newJob } from '../../../../src/pipeline/state/job.ts';
import { newTask } from '../../../../src/pipeline/state/task.ts';
import { zeroTotals } from '../../../../src/pipeline/state/totals.ts';
import type { TaskResult } from '../../../../src/pipeline/jobs/ports.ts';
import { MemoryPorts, settingsFor, startMs, untilDone } from './memory-ports.ts';

const key = 'import/a.csv';

function portsWithObject(): { ports: MemoryPorts; id: string } {
  const ports = new MemoryPorts();
  return { ports, id: getJobId(ports.putObject(key)) };
}

describe('settings', () => {
  it('fail the job without loading anything if they are invalid', async () => {
    const { ports, id } = portsWithObject();
    ports.onSettle = () =>
      Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are not valid JSON', { hint: 'Again.' }));
    const { outcome, summary } = await ports.handler.handleObject(key, untilDone);
    expect(outcome).toBe('the job has ended');
    expect(summary).toMatchObject({
      state: 'failed',
      exitStatus: 3,
      read: 0,
      error: { code: 'SETTINGS_INVALID', message: 'they are not valid JSON', hint: 'Again.' },
    });
    expect(ports.published).toEqual([summary]);
    expect(ports.worked).toEqual([]);
    expect(ports.task(id, 0), 'no task is created').toBeUndefined();
    expect(ports.bucket.stored.has(openJobKey(id))).toBe(false);
  });

  it.each(['ACCESS_DENIED', 'RETRIES_EXHAUSTED', 'ENDPOINT_UNREACHABLE'] as const)(
    'are read again when the message returns after S3 answered with %s',
    async (code) => {
      const { ports, id } = portsWithObject();
      ports.onSettle = () => Promise.reject(new LoaderError(code, 'not now'));
      await expect(ports.handler.handleObject(key, untilDone)).rejects.toMatchObject({ code });
      expect(ports.bucket.stored.has(jobKey(id))).toBe(false);
      expect(ports.bucket.state(openJobKey(id)), 'the job is marked as open').toEqual({ key });
      ports.onSettle = () => Promise.resolve(settingsFor());
      expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ summary: { state: 'done' } });
    },
  );

  it('end the job as gone if the object is deleted before they are read', async () => {
    const { ports } = portsWithObject();
    ports.onSettle = () => {
      ports.bucket.objects.delete(key);
      return Promise.reject(new LoaderError('SOURCE_UNREADABLE', 'the object does not exist'));
    };
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({
      summary: { state: 'gone', exitStatus: 3 },
    });
  });

  it('create no job if the object is replaced before they are read', async () => {
    const { ports, id } = portsWithObject();
    ports.onSettle = (object) => {
      if (object.etag !== '"1"') return Promise.resolve(settingsFor());
      ports.putObject(key, '"2"');
      return Promise.reject(new LoaderError('SOURCE_CHANGED', 'a newer version exists'));
    };
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ outcome: 'the job does not exist' });
    expect(ports.bucket.stored.has(jobKey(id))).toBe(false);
    // The event of the newer version arrives now.
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ summary: { state: 'done' } });
    expect(ports.worked.map(({ job }) => job.object.etag)).toEqual(['"2"']);
    expect(ports.job(id)).toMatchObject({ stop: { kind: 'replaced' } });
    await ports.drain();
    expect(ports.job(id).isPublished).toBe(true);
  });

  it('are read again when the message returns if the object exists but cannot be read', async () => {
    const { ports } = portsWithObject();
    ports.onSettle = () => Promise.reject(new LoaderError('SOURCE_UNREADABLE', 'not now'));
    await expect(ports.handler.handleObject(key, untilDone)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('that a redriven job reads again decide its first task, even if the job waits for a lease first', async () => {
    const { ports, id } = portsWithObject();
    ports.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are not valid JSON'));
    await ports.handler.handleObject(key, untilDone);
    // Another loader still loads an earlier version.
    const earlier = { ...ports.putObject(key), etag: '"0"' };
    const old = getJobId(earlier);
    const latest = await ports.store.read<LatestVersionState>(latestVersionKey(key));
    if (latest === undefined) throw new Error('no latest version is stored');
    await ports.store.replace(latestVersionKey(key), latest, { ...latest.state, earlier: [earlier] });
    await ports.store.create(jobKey(old), newJob(old, earlier, settingsFor(), startMs));
    const work = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };
    const lease = { owner: 'other', durationMs: 30_000 };
    await ports.store.create(taskKey(old, 0), { ...newTask({ run: 1, from: 0, to: null, work }, startMs), lease });

    ports.onSettle = () => Promise.resolve(settingsFor(2));
    ports.cuts = [500];
    await redriveJob(ports, ports.store, id);
    const first = ports.sent.shift();
    if (first === undefined) throw new Error('nothing was sent');
    expect(await ports.handler.handleTask(first, untilDone)).toMatchObject({
      outcome: 'waiting: an earlier version is still loading',
    });
    expect(ports.sent).toEqual([{ job: id, key, task: undefined, delayMs: 31_000 }]);
    await ports.drain();
    expect(ports.published.at(-1)).toMatchObject({ job: id, run: 2, state: 'done', ranges: 2 });
  });
});

describe('a PUT', () => {
  const targets = (id: string) => [
    ['the open marker', openJobKey(id)],
    ['the latest version', latestVersionKey(key)],
    ['the job', jobKey(id)],
    ['the task', taskKey(id, 0)],
    ['the summary', summaryKey(id, 1)],
  ];
  const { id } = portsWithObject();

  it.each(targets(id))('of %s is recognised as our own after its response is lost', async (_, name) => {
    const { ports } = portsWithObject();
    ports.bucket.onPut = (put) => (put === name ? 'lost' : undefined);
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ summary: { state: 'done', read: 0 } });
    expect(ports.worked).toHaveLength(1);
    expect(ports.published).toHaveLength(1);
  });

  it.each(targets(id).filter(([target]) => target !== 'the summary'))(
    'of %s changes nothing if another loader was first, and the state is read again',
    async (_, name) => {
      const { ports } = portsWithObject();
      let isFirst = true;
      ports.bucket.onPut = (put, body) => {
        if (put === name && isFirst) {
          isFirst = false;
          // The same state from another loader: it has a different token.
          const at = ports.bucket.stored.get(put);
          const theirs = at?.body ?? body;
          ports.bucket.stored.set(put, {
            body: theirs.replace(/token \d+/, 'theirs'),
            etag: '"theirs"',
            putMs: startMs,
          });
        }
        return undefined;
      };
      expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ outcome: 'the job has ended' });
      expect(ports.worked).toHaveLength(1);
    },
  );

  it('that S3 refuses fails the message, and the next message continues from there', async () => {
    const { ports } = portsWithObject();
    ports.bucket.onPut = (put) => {
      if (put === jobKey(id) && ports.worked.length > 0) throw new LoaderError('RETRIES_EXHAUSTED', 'SlowDown');
      return undefined;
    };
    await expect(ports.handler.handleObject(key, untilDone)).rejects.toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    ports.bucket.onPut = () => undefined;
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({
      summary: { state: 'done' },
      work: undefined,
    });
    expect(ports.worked).toHaveLength(1);
  });
});

describe('a message', () => {
  it('that loads a small object reads a state again only to confirm the lease and to end the job', async () => {
    const { ports, id } = portsWithObject();
    const reads: string[] = [];
    const get = ports.bucket.get.bind(ports.bucket);
    ports.bucket.get = (name) => {
      reads.push(name);
      return get(name);
    };
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ summary: { state: 'done' } });
    const [latest, job] = [latestVersionKey(key), jobKey(id)];
    expect(reads).toEqual([latest, job, taskKey(id, 0), latest, job, latest, job]);
  });

  it('that arrives twice loads nothing the second time', async () => {
    const { ports } = portsWithObject();
    await ports.handler.handleObject(key, untilDone);
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({
      outcome: 'the job has ended',
      work: undefined,
    });
    expect([ports.worked.length, ports.published.length]).toEqual([1, 1]);
  });

  it('waits for the lease of another loader to expire', async () => {
    const { ports, id } = portsWithObject();
    let second: unknown;
    ports.onLoad = async ({ task }): Promise<TaskResult> => {
      second = await ports.handler.handleObject(key, untilDone);
      return { kind: 'done', work: task.work };
    };
    await ports.handler.handleObject(key, untilDone);
    expect(second).toMatchObject({ outcome: 'waiting: another loader holds the lease', work: undefined });
    expect(ports.worked).toHaveLength(1);
    expect(ports.sent).toEqual([{ job: id, key, task: undefined, delayMs: 61_000 }]);
    await ports.drain();
    expect(ports.worked).toHaveLength(1);
  });

  it('that arrives after the object was deleted finds that the job has ended', async () => {
    const { ports } = portsWithObject();
    await ports.handler.handleObject(key, untilDone);
    ports.bucket.objects.delete(key);
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ outcome: 'the job has ended' });
    expect(ports.worked).toHaveLength(1);
  });

  it('for a replaced version loads neither that version nor the newer one again', async () => {
    const { ports, id } = portsWithObject();
    await ports.handler.handleObject(key, untilDone);
    const newer = getJobId(ports.putObject(key, '"2"'));
    await ports.handler.handleObject(key, untilDone);
    expect(await ports.handler.handleTask({ job: id, key, task: 0 }, untilDone)).toMatchObject({
      job: id,
      work: undefined,
    });
    expect(ports.worked.map(({ job }) => job.id)).toEqual([id, newer]);
  });

  it.each([
    ['an unknown job', 'unknown', undefined, 'the job does not exist'],
    ['an unknown range', undefined, 7, 'the range does not exist'],
  ])('for %s does nothing', async (_, job, task, outcome) => {
    const { ports, id } = portsWithObject();
    ports.onLoad = ({ task: { work } }) =>
      Promise.resolve({ kind: 'failed', work, why: { code: 'ACCESS_DENIED', message: 'not allowed', hint: null } });
    await ports.handler.handleObject(key, untilDone);
    expect(await ports.handler.handleTask({ job: job ?? id, key, task }, untilDone)).toMatchObject({ outcome });
    expect(ports.worked).toHaveLength(1);
  });

  it('that arrives when the time is up takes the task and hands it over immediately', async () => {
    const { ports, id } = portsWithObject();
    const timeIsUp = { stop: AbortSignal.abort(), leaseMs: () => 60_000 };
    expect(await ports.handler.handleObject(key, timeIsUp)).toMatchObject({ outcome: handedOver });
    expect(ports.worked).toEqual([]);
    expect(ports.task(id, 0)).toMatchObject({ lease: null, failedStarts: 0 });
    expect(ports.sent).toEqual([{ job: id, key, task: undefined, delayMs: 0 }]);
  });
});

it('state read in one run does not change a later run', async () => {
  const { ports, id } = portsWithObject();
  ports.onSettle = () => Promise.reject(new LoaderError('SETTINGS_INVALID', 'they are not valid JSON'));
  await ports.handler.handleObject(key, untilDone);
  await redriveJob(ports, ports.store, id);
  ports.sent.length = 0;
  // The loader of run 2 waits with invalid settings. Meanwhile others end run 2 and start run 3.
  let isFirst = true;
  ports.onSettle = async () => {
    if (isFirst) {
      isFirst = false;
      await ports.handler.handleObject(key, untilDone);
      await redriveJob(ports, ports.store, id);
      ports.onSettle = () => Promise.resolve(settingsFor());
    }
    throw new LoaderError('SETTINGS_INVALID', 'they are not valid JSON');
  };
  await ports.handler.handleObject(key, untilDone);
  expect(ports.published.map(({ run, state }) => [run, state])).toEqual([
    [1, 'failed'],
    [2, 'failed'],
    [3, 'done'],
  ]);
});

describe('a replaced object', () => {
  it('is loaded as soon as the load of the earlier version is done, even if that loader did not notice it', async () => {
    const { ports, id } = portsWithObject();
    let isFirst = true;
    ports.onLoad = async ({ task: { work } }) => {
      if (!isFirst) return { kind: 'done', work };
      isFirst = false;
      ports.putObject(key, '"2"');
      await ports.handler.handleObject(key, untilDone);
      expect(ports.sent.splice(0)).toMatchObject([{ key, delayMs: expect.any(Number) as number }]);
      return { kind: 'done', work };
    };
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ job: id, summary: { state: 'done' } });
    const { job } = ports.bucket.state(latestVersionKey(key)) as LatestVersionState;
    expect(job).not.toBe(id);
    expect(ports.sent).toMatchObject([{ job, key, task: undefined, delayMs: 0 }]);
  });

  it('is loaded as soon as the load of the earlier version stops, not when its lease would expire', async () => {
    const { ports, id } = portsWithObject();
    let isFirst = true;
    ports.onLoad = async (leased) => {
      const { work } = leased.task;
      if (!isFirst) return { kind: 'done', work };
      isFirst = false;
      ports.clock.pass(1_000);
      ports.putObject(key, '"2"');
      await ports.handler.handleObject(key, untilDone);
      // The newer version waits for the lease.
      expect(ports.sent.splice(0)).toMatchObject([{ key, delayMs: 60_000 }]);
      await leased.renew(work);
      expect(leased.stop.aborted).toBe(true);
      return { kind: 'stopped', work };
    };
    expect(await ports.handler.handleObject(key, untilDone)).toMatchObject({ job: id, summary: { state: 'replaced' } });
    const [wake, ...others] = ports.sent.splice(0);
    expect(others).toEqual([]);
    expect(wake).toMatchObject({ key, task: undefined, delayMs: 0 });
    if (wake !== undefined) await ports.handler.handleTask(wake, untilDone);
    expect(ports.published.map(({ state }) => state)).toEqual(['replaced', 'done']);
    // Nothing waits any more, so no message is sent.
    expect(ports.sent).toEqual([]);
  });
});

describe('a compressed object', () => {
  it('fails with a hint to use the worker if no function has the time to decompress it up to the frontier', async () => {
    const { ports, id } = portsWithObject();
    let loads = 0;
    let timeUp = new AbortController();
    ports.onLoad = ({ task }) => {
      loads++;
      timeUp.abort();
      return Promise.resolve({ kind: 'stopped', work: task.work, hasNoProgress: true });
    };
    await ports.handler.handleObject(key, { stop: timeUp.signal, leaseMs: () => 60_000 });
    for (let message = ports.sent.shift(); message !== undefined; message = ports.sent.shift()) {
      timeUp = new AbortController();
      await ports.handler.handleTask(message, { stop: timeUp.signal, leaseMs: () => 60_000 });
    }
    expect(ports.job(id).isPublished).toBe(true);
    expect(loads).toBe(3);
    expect(ports.published).toMatchObject([
      {
        state: 'failed',
        error: { code: 'RETRIES_EXHAUSTED', hint: expect.stringContaining('csv2ddb worker') as string },
      },
    ]);
  });
});
