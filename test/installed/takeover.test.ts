import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { createTable } from '../helpers/compare/tables.ts';
import { fieldMakers, formatCsv, makeCsv } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startFaultProxy, type FaultPlan, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir, type Running } from '../helpers/run/run.ts';
import { shortenWait } from '../helpers/run/shorten-wait.ts';
import { until } from '../helpers/until.ts';

const emulator = withDynalite();

/** Makes a CSV in which each group of `keys` keys comes twice, with a lower and then a higher place. */
function makePairs(groups: number, keys: number): Buffer {
  const records = makeCsv(groups * keys * 2, {
    id: (index) => `k-${Math.floor(index / (keys * 2)) * keys + (index % keys)}`,
    place: fieldMakers.count,
  });
  return formatCsv(records);
}

/** Starts a proxy, and creates a folder with `input.csv`, a table, and the arguments that load one into the other. */
async function setUpJob(csv: Buffer, plan: FaultPlan) {
  const cwd = tempDir();
  const file = join(cwd, 'input.csv');
  writeFileSync(file, csv);
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const proxy = await startFaultProxy(emulator.endpoint, plan);
  const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', proxy.endpoint, '--json'];
  const checkpoint = join(cwd, 'input.csv.checkpoint');
  const lastInFlight = (): number => statSync(`${checkpoint}.in-flight`).mtimeMs;
  const differences = () => compareTableWithFile(emulator.client, table, file, { keys: ['id'] });
  return { cwd, table, proxy, args: [...args, '--concurrency', '16'], checkpoint, lastInFlight, differences };
}

async function kill({ child, ended }: Running): Promise<void> {
  child.kill('SIGKILL');
  expect((await ended).signal).toBe('SIGKILL');
}

/** Starts a load, and kills it while 16 requests are in flight. */
async function killInFlight({ args, cwd, proxy }: { args: string[]; cwd: string; proxy: FaultProxy }): Promise<void> {
  const running = start(args, { cwd });
  await until(() => proxy.counts.requests >= 16);
  await kill(running);
}

/** The latest time after a kill at which a request of the killed run is applied: before requests time out. */
const lateMs = 8_000;

describe('after a kill, the next run', { timeout: 90_000 }, () => {
  it('with --resume, --restart or neither sends nothing that a late request could overwrite', async () => {
    const expectInOrder = async (more: readonly string[]): Promise<void> => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const job = await setUpJob(makePairs(1, 400), {
        faults: { lateApplied: 1 },
        lateMs: 0,
        onRequest: ({ number }) => (number <= 16 ? held : undefined),
      });
      const { args, cwd, proxy, checkpoint } = job;
      await killInFlight(job);
      const late = sleep(lateMs);
      if (more.length === 0) rmSync(checkpoint);
      const next = run([...args, ...more], { cwd });
      await Promise.race([late, next]);
      release();
      const { written } = summaryOf(await next);
      await until(() => proxy.counts.itemsWritten >= 16 * 25 + written);
      await proxy.stop();
      expect((await next).status).toBe(0);
      expect(await job.differences()).toEqual([]);
      expect(readdirSync(cwd)).toEqual(['input.csv']);
    };
    await Promise.all([['--resume'], ['--restart'], []].map(expectInOrder));
  });

  it('overwrites no newer record after three kills at random moments', async () => {
    const rand = random(8);
    /** `late` resolves when the proxy applies the requests of the run that it still holds. */
    let current = { late: Promise.resolve() };
    let maxHoldMs = 1_700;
    const job = await setUpJob(makePairs(12, 400), {
      faults: { lateApplied: 1 },
      lateMs: 0,
      async onRequest() {
        const sender = current;
        await sleep(rand() * maxHoldMs);
        await sender.late;
      },
    });
    const { args, cwd, proxy } = job;
    for (let kills = 0; kills < 3; kills++) {
      const running = start([...args, '--resume'], { cwd });
      const { itemsWritten } = proxy.counts;
      await until(() => proxy.counts.itemsWritten > itemsWritten);
      await sleep(rand() * 1_500);
      const killedAt = proxy.counts.itemsWritten;
      const isFar = until(() => proxy.counts.itemsWritten > killedAt + 1_500).catch(() => undefined);
      current.late = Promise.race([sleep(lateMs), isFar]);
      await kill(running);
      current = { late: Promise.resolve() };
    }
    maxHoldMs = 0;
    const last = await run([...args, '--resume'], { cwd });
    await proxy.stop();
    expect(last.status, last.stderr).toBe(0);
    expect(await job.differences()).toEqual([]);
  });

  it('ends its wait on Ctrl-C with status 4, and leaves the same wait to the run after it', async () => {
    const job = await setUpJob(makePairs(1, 400), { faults: { lateApplied: 1 } });
    const { args, cwd, proxy, checkpoint, lastInFlight } = job;
    await killInFlight(job);
    const killedMs = lastInFlight();
    const { requests } = proxy.counts;
    const waiting = (): Running => start([...args, '--resume'], { cwd });

    const interrupted = waiting();
    await until(() => /^waiting 1[01] s: an earlier run was killed/m.test(interrupted.stderr()));
    const signalMs = performance.now();
    interrupted.child.kill('SIGINT');
    const result = await interrupted.ended;
    expect(performance.now() - signalMs).toBeLessThan(3_000);
    expect(result.status, result.stderr).toBe(4);
    expect(summaryOf(result)).toMatchObject({ checkpoint: 'input.csv.checkpoint', error: { code: 'INTERRUPTED' } });
    expect(existsSync(`${checkpoint}.lock`)).toBe(false);
    expect(lastInFlight()).toBe(killedMs);

    const killed = waiting();
    await until(() => killed.stderr().includes('waiting'));
    await kill(killed);
    expect(lastInFlight()).toBe(killedMs);
    expect(proxy.counts.requests).toBe(requests);

    shortenWait(cwd, 60_000);
    proxy.stopFaults();
    const last = await run([...args, '--resume'], { cwd });
    await proxy.stop();
    expect(last.status, last.stderr).toBe(0);
    expect(last.stderr).not.toContain('waiting');
    expect(readdirSync(cwd)).toEqual(['input.csv']);
  });

  it('does not wait if the killed one had sent nothing', async () => {
    const { args, cwd, proxy, checkpoint } = await setUpJob(makePairs(1, 400), {});
    const fromStdin = args.map((arg) => (arg === 'input.csv' ? '-' : arg));
    const path = ['--checkpoint', 'input.csv.checkpoint'];
    const running = start([...fromStdin, ...path], { cwd, stdin: null });
    await until(() => existsSync(`${checkpoint}.lock`));
    await kill(running);
    const next = await run(args, { cwd });
    await proxy.stop();
    expect(next.status, next.stderr).toBe(0);
    expect(next.stderr).not.toContain('waiting');
  });

  it('does not wait for the embedded DynamoDB, which ended with its process', async () => {
    const { args, cwd, proxy, checkpoint } = await setUpJob(makePairs(100, 400), {});
    await proxy.stop();
    const local = [...args.filter((arg) => !arg.includes(proxy.endpoint) && arg !== '--endpoint-url'), '--local'];
    const running = start([...local, '--partition-key', 'id'], { cwd });
    await until(() => existsSync(checkpoint));
    await sleep(300);
    await kill(running);
    expect(existsSync(`${checkpoint}.in-flight`)).toBe(false);
  });
});

it('an interrupted run that received all responses leaves no wait', async () => {
  const { args, cwd, proxy, checkpoint } = await setUpJob(makePairs(20, 400), { faults: { delay: 1 }, delayMs: 100 });
  const running = start(args, { cwd });
  await until(() => existsSync(`${checkpoint}.in-flight`));
  await until(() => proxy.counts.itemsWritten > 0);
  running.child.kill('SIGINT');
  const stopped = await running.ended;
  expect(stopped.status, stopped.stderr).toBe(4);
  expect(readdirSync(cwd)).toEqual(['input.csv', 'input.csv.checkpoint']);
  const resumed = await run([...args, '--resume'], { cwd });
  await proxy.stop();
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).not.toContain('waiting');
});
