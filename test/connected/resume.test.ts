import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { column, csvBytes, makeCsv, withBadRecords } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startFaultProxy, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir } from '../helpers/run/run.ts';
import { createTable } from '../helpers/compare/tables.ts';

describe('interrupted anywhere, finished later', () => {
  const emulator = withDynalite();

  /** A folder with `input.csv` in it, a table, and the arguments of a job between them. */
  async function job(csv: Buffer, endpoint: string, ...more: string[]) {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'input.csv'), csv);
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', endpoint, '--json', ...more];
    return { cwd, table, args, file: join(cwd, 'input.csv') };
  }

  const slowProxy = (delayMs = 30): Promise<FaultProxy> =>
    startFaultProxy(emulator.endpoint, { faults: { delay: 0.9, partial: 0.05 }, delayMs });

  it('kill -9 at ten random moments, each followed by --resume, is one clean run', { timeout: 400_000 }, async () => {
    const csv = withBadRecords(40_000, { keys: 25_000, every: 40, seed: 11 });
    const options = ['--types', 'amount:N', '--max-errors', '100000', '--concurrency', '4'];
    const clean = await job(csv.bytes, emulator.endpoint, ...options);
    const cleanRun = await run(clean.args, { cwd: clean.cwd });
    expect(cleanRun.status, cleanRun.stderr).toBe(1);
    const expected = summaryOf(cleanRun);
    expect(expected.rejected).toBe(csv.bad.length);

    const proxy = await slowProxy(200);
    const killed = await job(csv.bytes, proxy.endpoint, ...options);
    const chance = random(5);
    let kills = 0;
    let settledBefore = 0;
    while (kills < 10) {
      const running = start([...killed.args, '--resume'], { cwd: killed.cwd });
      // From the first writes on, at moments that have nothing to do with the checkpoints.
      const written = proxy.counts.itemsWritten;
      while (proxy.counts.itemsWritten === written && running.child.exitCode === null) await sleep(5);
      await sleep(chance() * 3_500);
      running.child.kill('SIGKILL');
      const { signal } = await running.ended;
      if (signal !== 'SIGKILL') break;
      kills++;
      const checkpoint = JSON.parse(readFileSync(join(killed.cwd, 'input.csv.checkpoint'), 'utf8')) as {
        counts: { read: number };
      };
      expect(checkpoint.counts.read).toBeGreaterThanOrEqual(settledBefore);
      settledBefore = checkpoint.counts.read;
    }
    expect(kills).toBe(10);
    expect(settledBefore).toBeGreaterThan(0);
    proxy.cease();
    const last = await run([...killed.args, '--resume'], { cwd: killed.cwd });
    await proxy.stop();
    expect(last.status, last.stderr).toBe(1);
    const summary = summaryOf(last);
    for (const name of ['read', 'filtered', 'rejected', 'skipped', 'bytes'] as const) {
      expect(summary[name], name).toBe(expected[name]);
    }
    expect(summary.written + summary.superseded).toBe(expected.written + expected.superseded);
    for (const name of ['input.csv.rejects', 'input.csv.rejects.jsonl']) {
      expect(readFileSync(join(killed.cwd, name))).toEqual(readFileSync(join(clean.cwd, name)));
    }
    expect(readdirSync(killed.cwd).sort()).toEqual(['input.csv', 'input.csv.rejects', 'input.csv.rejects.jsonl']);
    const good = join(tempDir(), 'good.csv');
    writeFileSync(good, csvBytes(csv.good));
    const mapping = { keys: ['id'], types: { amount: 'N' } } as const;
    expect(await compareTableWithFile(emulator.client, clean.table, good, mapping)).toEqual([]);
    expect(await compareTableWithFile(emulator.client, killed.table, good, mapping)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s drains, leaves a checkpoint and status 4', async (signal) => {
    const proxy = await slowProxy();
    const csv = csvBytes(makeCsv(20_000, { id: column.id, text: column.text }));
    const { cwd, args, table, file } = await job(csv, proxy.endpoint);
    const running = start(args, { cwd });
    while (proxy.counts.itemsWritten < 500) await sleep(5);
    running.child.kill(signal);
    const stopped = await running.ended;
    const summary = summaryOf(stopped);
    expect(stopped.status, stopped.stderr).toBe(4);
    expect(summary).toMatchObject({ checkpoint: 'input.csv.checkpoint', error: { code: 'INTERRUPTED' } });
    expect(summary.read).toBeGreaterThan(0);
    expect(summary.read).toBeLessThan(20_000);
    // What was acknowledged is either before the frontier or told as ahead of it.
    expect(summary.written + summary.ahead).toBe(proxy.counts.itemsWritten);
    expect(stopped.stderr).toContain('--resume');
    proxy.cease();
    const resumed = await run([...args, '--resume'], { cwd });
    await proxy.stop();
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 20_000, resumed: true, checkpoint: null });
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });

  it('a second Ctrl-C leaves at once', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { lateAfter: 1 } });
    const { cwd, args } = await job(csvBytes(makeCsv(500, { id: column.id })), proxy.endpoint);
    const running = start(args, { cwd });
    while (proxy.counts.requests === 0) await sleep(5);
    running.child.kill('SIGINT');
    await sleep(300);
    const since = performance.now();
    running.child.kill('SIGINT');
    const { status } = await running.ended;
    await proxy.stop();
    expect(status).toBe(4);
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(existsSync(join(cwd, 'input.csv.checkpoint'))).toBe(true);
  });

  /** A job that was interrupted, with its proxy gone: what a resume is tried on. */
  async function interrupted(...more: string[]) {
    const proxy = await slowProxy();
    const csv = csvBytes(makeCsv(8_000, { id: column.id, n: column.count }));
    const made = await job(csv, proxy.endpoint, ...more);
    const running = start(made.args, { cwd: made.cwd });
    while (proxy.counts.itemsWritten < 300) await sleep(5);
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(4);
    await proxy.stop();
    const args = made.args.map((arg) => (arg === proxy.endpoint ? emulator.endpoint : arg));
    return { ...made, args };
  }

  it('an unfinished job and neither --resume nor --restart: 64, naming both', async () => {
    const { cwd, args } = await interrupted();
    const { status, stderr } = await run(args, { cwd });
    expect(status).toBe(64);
    expect(stderr).toContain('--resume');
    expect(stderr).toContain('--restart');
    const again = await run([...args, '--restart'], { cwd });
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 8_000, resumed: false, checkpoint: null });
  });

  it.each([
    ['another mapping', ['--types', 'n:N'], 'map option'],
    ['another way to read', ['--ragged', 'pad'], 'read option'],
  ])('%s is refused on resume', async (_, more, named) => {
    const { cwd, args } = await interrupted();
    const { status, stderr } = await run([...args, '--resume', ...more], { cwd });
    expect(status).toBe(3);
    expect(stderr).toContain(named);
    expect(existsSync(join(cwd, 'input.csv.checkpoint'))).toBe(true);
  });

  it('another rate, limit and report are not', async () => {
    const { cwd, args } = await interrupted();
    const more = ['--concurrency', '3', '--max-errors', '5%', '--report-every', '1s'];
    expect((await run([...args, '--resume', ...more], { cwd })).status).toBe(0);
  });

  it('a changed source is refused on resume', async () => {
    const { cwd, args, file } = await interrupted();
    appendFileSync(file, 'one-more,1\n');
    // The second time as well: a refusal must not take the new one for the old.
    for (const time of ['first', 'second']) {
      const { status, stderr } = await run([...args, '--resume'], { cwd });
      expect(status, time).toBe(3);
      expect(stderr).toContain('SOURCE_CHANGED');
    }
  });

  it('records that --skip-records passes over are passed over once', async () => {
    const { cwd, args } = await interrupted('--skip-records', '2000');
    const resumed = await run([...args, '--resume'], { cwd });
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 6_000, written: 6_000, resumed: true });
  });

  it('sources of one name have a reject file each after a resume, too', async () => {
    const proxy = await slowProxy();
    const cwd = tempDir();
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const bad = (letter: string): string => `id,n\n${letter}1,1\n${letter}2,x\n`;
    const files = {
      'a/x.csv': csvBytes(makeCsv(4_000, { id: column.id, n: column.count })),
      'b/x.csv': bad('b'),
      'c/x.csv': bad('c'),
    };
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(cwd, name, '..'));
      writeFileSync(join(cwd, name), content);
    }
    const args = ['direct', ...Object.keys(files), '--table', table, '--json', '--types', 'n:N', '--endpoint-url'];
    const running = start([...args, proxy.endpoint], { cwd });
    while (proxy.counts.itemsWritten < 300) await sleep(5);
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(4);
    await proxy.stop();
    const resumed = await run([...args, emulator.endpoint, '--resume'], { cwd });
    expect(resumed.status, resumed.stderr).toBe(1);
    const names = ['x.csv.rejects', 'x.csv.2.rejects'];
    expect(summaryOf(resumed)).toMatchObject({ read: 4_004, rejected: 2, rejectsFile: names });
    expect(names.map((name) => readFileSync(join(cwd, name), 'utf8'))).toEqual(['id,n\nb2,x\n', 'id,n\nc2,x\n']);
  });

  it('another table of that name is refused on resume', async () => {
    const { cwd, args } = await interrupted();
    const path = join(cwd, 'input.csv.checkpoint');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/arn:aws:dynamodb:[^:]*/, 'arn:aws:dynamodb:elsewhere'));
    const { status, stderr } = await run([...args, '--resume'], { cwd });
    expect(status).toBe(3);
    expect(stderr).toContain('CHECKPOINT_MISMATCH');
  });

  it('a job that was killed when all was settled is finished by --resume', async () => {
    const { cwd, args, file } = await interrupted();
    const path = join(cwd, 'input.csv.checkpoint');
    const checkpoint = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const counts = { read: 8_000, written: 8_000, superseded: 0, skipped: 0, filtered: 0, rejected: 0 };
    const end = { source: 1, position: { offset: 0, line: 1, record: 0 }, header: null, counts };
    writeFileSync(path, JSON.stringify({ ...checkpoint, ...end, bytesBefore: readFileSync(file).length }));
    const resumed = await run([...args, '--resume'], { cwd });
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ ...counts, requests: 0, checkpoint: null });
    expect(existsSync(path)).toBe(false);
  });

  it('--resume without a checkpoint starts, and says so', async () => {
    const { cwd, args } = await job(Buffer.from('id\n1\n'), emulator.endpoint);
    const { status, stderr } = await run([...args, '--resume'], { cwd });
    expect(status).toBe(0);
    expect(stderr).toMatch(/checkpoint .* does not exist/);
  });

  it('a second run of a job that runs is refused, naming the process', async () => {
    const proxy = await slowProxy(100);
    const { cwd, args } = await job(csvBytes(makeCsv(20_000, { id: column.id })), proxy.endpoint);
    const running = start(args, { cwd });
    while (proxy.counts.itemsWritten < 100) await sleep(5);
    const { status, stderr } = await run(args, { cwd });
    expect(status).toBe(3);
    expect(stderr).toContain('CHECKPOINT_LOCKED');
    expect(stderr).toContain(String(running.child.pid));
    running.child.kill('SIGKILL');
    await running.ended;
    await proxy.stop();
  });

  it('stdin fed again goes on behind what is settled, and another stdin is refused', async () => {
    const proxy = await slowProxy();
    const csv = csvBytes(makeCsv(20_000, { id: column.id, text: column.lines }));
    const { cwd, table, file } = await job(csv, proxy.endpoint);
    const args = ['direct', '-', '--table', table, '--endpoint-url', proxy.endpoint, '--json'];
    const running = start(args, { cwd, stdin: csv });
    while (proxy.counts.itemsWritten < 5_000) await sleep(5);
    running.child.kill('SIGINT');
    const stopped = await running.ended;
    expect(stopped.status, stopped.stderr).toBe(4);
    expect(summaryOf(stopped).checkpoint).toBe('stdin.checkpoint');
    proxy.cease();
    const { bytes } = summaryOf(stopped);
    // Near the beginning, and the last byte before the place where it goes on.
    for (const place of [50, bytes - 2]) {
      const other = Buffer.from(csv);
      other[place] = 0x78;
      const refused = await run([...args, '--resume'], { cwd, stdin: other });
      expect(refused.status, `byte ${place}`).toBe(3);
      expect(refused.stderr).toContain('SOURCE_CHANGED');
    }
    const resumed = await run([...args, '--resume'], { cwd, stdin: csv });
    await proxy.stop();
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 20_000, written: 20_000, bytes: csv.length });
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });
});
