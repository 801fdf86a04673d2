import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeCsv, makeBadRecords } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startFaultProxy, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { random } from '../helpers/random.ts';
import { run, start, summaryOf, tempDir } from '../helpers/run/run.ts';
import { shortenWait } from '../helpers/run/shorten-wait.ts';
import { createTable } from '../helpers/compare/tables.ts';

describe('an interrupted load', () => {
  const emulator = withDynalite();

  /** Creates a folder with `input.csv`, a table, and the arguments that load one into the other. */
  async function setUpJob(csv: Buffer, endpoint: string, ...more: string[]) {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'input.csv'), csv);
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', endpoint, '--json', ...more];
    return { cwd, table, args, file: join(cwd, 'input.csv') };
  }

  const slowProxy = (delayMs = 30): Promise<FaultProxy> =>
    startFaultProxy(emulator.endpoint, { faults: { delay: 0.9, partial: 0.05 }, delayMs });

  it('gives the same result as a clean run after ten kills at random moments', { timeout: 400_000 }, async () => {
    const csv = makeBadRecords(40_000, { keys: 25_000, every: 40, seed: 11 });
    const options = ['--types', 'amount:N', '--max-errors', '100000', '--concurrency', '4'];
    const clean = await setUpJob(csv.bytes, emulator.endpoint, ...options);
    const cleanRun = await run(clean.args, { cwd: clean.cwd });
    expect(cleanRun.status, cleanRun.stderr).toBe(1);
    const expected = summaryOf(cleanRun);
    expect(expected.rejected).toBe(csv.bad.length);

    const proxy = await slowProxy(200);
    const killed = await setUpJob(csv.bytes, proxy.endpoint, ...options);
    const rand = random(5);
    let kills = 0;
    let settledBefore = 0;
    while (kills < 10) {
      const running = start([...killed.args, '--resume'], { cwd: killed.cwd });
      // After the first writes of each run, at moments unrelated to the checkpoints.
      const written = proxy.counts.itemsWritten;
      while (proxy.counts.itemsWritten === written && running.child.exitCode === null) await sleep(5);
      await sleep(rand() * 3_500);
      running.child.kill('SIGKILL');
      const { signal } = await running.ended;
      if (signal !== 'SIGKILL') break;
      kills++;
      // The proxy applies no request of a process that has ended.
      shortenWait(killed.cwd, 60_000);
      const checkpoint = JSON.parse(readFileSync(join(killed.cwd, 'input.csv.checkpoint'), 'utf8')) as {
        counts: { read: number };
      };
      expect(checkpoint.counts.read).toBeGreaterThanOrEqual(settledBefore);
      settledBefore = checkpoint.counts.read;
    }
    expect(kills).toBe(10);
    expect(settledBefore).toBeGreaterThan(0);
    proxy.stopFaults();
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
    writeFileSync(good, formatCsv(csv.good));
    const mapping = { keys: ['id'], types: { amount: 'N' } } as const;
    expect(await compareTableWithFile(emulator.client, clean.table, good, mapping)).toEqual([]);
    expect(await compareTableWithFile(emulator.client, killed.table, good, mapping)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('drains on %s, keeps a checkpoint and ends with status 4', async (signal) => {
    const proxy = await slowProxy();
    const csv = formatCsv(makeCsv(20_000, { id: fieldMakers.id, text: fieldMakers.text }));
    const { cwd, args, table, file } = await setUpJob(csv, proxy.endpoint);
    const running = start(args, { cwd });
    while (proxy.counts.itemsWritten < 500) await sleep(5);
    running.child.kill(signal);
    const stopped = await running.ended;
    const summary = summaryOf(stopped);
    expect(stopped.status, stopped.stderr).toBe(4);
    expect(summary).toMatchObject({ checkpoint: 'input.csv.checkpoint', error: { code: 'INTERRUPTED' } });
    expect(summary.read).toBeGreaterThan(0);
    expect(summary.read).toBeLessThan(20_000);
    // Every acknowledged item is either before the frontier or counted as ahead of it.
    expect(summary.written + summary.ahead).toBe(proxy.counts.itemsWritten);
    expect(stopped.stderr).toContain('--resume');
    proxy.stopFaults();
    const resumed = await run([...args, '--resume'], { cwd });
    await proxy.stop();
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 20_000, resumed: true, checkpoint: null });
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });

  it('exits immediately on a second Ctrl-C', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { lateAfter: 1 } });
    const { cwd, args } = await setUpJob(formatCsv(makeCsv(500, { id: fieldMakers.id })), proxy.endpoint);
    const running = start(args, { cwd });
    while (proxy.counts.requests === 0) await sleep(5);
    running.child.kill('SIGINT');
    await sleep(300);
    const secondSignalMs = performance.now();
    running.child.kill('SIGINT');
    const { status } = await running.ended;
    await proxy.stop();
    expect(status).toBe(4);
    expect(performance.now() - secondSignalMs).toBeLessThan(2_000);
    expect(existsSync(join(cwd, 'input.csv.checkpoint'))).toBe(true);
  });

  /** Interrupts a job with SIGTERM and stops its proxy. @returns the job to resume */
  async function interruptJob(...more: string[]) {
    const proxy = await slowProxy();
    const csv = formatCsv(makeCsv(8_000, { id: fieldMakers.id, n: fieldMakers.count }));
    const made = await setUpJob(csv, proxy.endpoint, ...more);
    const running = start(made.args, { cwd: made.cwd });
    while (proxy.counts.itemsWritten < 300) await sleep(5);
    running.child.kill('SIGTERM');
    expect((await running.ended).status).toBe(4);
    await proxy.stop();
    const args = made.args.map((arg) => (arg === proxy.endpoint ? emulator.endpoint : arg));
    return { ...made, args };
  }

  it('ends with status 64 and names --resume and --restart if it is started again without either', async () => {
    const { cwd, args } = await interruptJob();
    const { status, stderr } = await run(args, { cwd });
    expect(status).toBe(64);
    expect(stderr).toContain('--resume');
    expect(stderr).toContain('--restart');
    const again = await run([...args, '--restart'], { cwd });
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 8_000, resumed: false, checkpoint: null });
  });

  it.each([
    ['a different mapping', ['--types', 'n:N'], 'map option'],
    ['different reading options', ['--ragged', 'pad'], 'read option'],
  ])('refuses to resume with %s', async (_, more, named) => {
    const { cwd, args } = await interruptJob();
    const { status, stderr } = await run([...args, '--resume', ...more], { cwd });
    expect(status).toBe(3);
    expect(stderr).toContain(named);
    expect(existsSync(join(cwd, 'input.csv.checkpoint'))).toBe(true);
  });

  it('resumes with a different rate, error limit and report interval', async () => {
    const { cwd, args } = await interruptJob();
    const more = ['--concurrency', '3', '--max-errors', '5%', '--report-every', '1s'];
    expect((await run([...args, '--resume', ...more], { cwd })).status).toBe(0);
  });

  it('refuses to resume a changed source', async () => {
    const { cwd, args, file } = await interruptJob();
    appendFileSync(file, 'one-more,1\n');
    // Twice, because a refusal must not store the identity of the changed source.
    for (const time of ['first', 'second']) {
      const { status, stderr } = await run([...args, '--resume'], { cwd });
      expect(status, time).toBe(3);
      expect(stderr).toContain('SOURCE_CHANGED');
    }
  });

  it('applies --skip-records only once', async () => {
    const { cwd, args } = await interruptJob('--skip-records', '2000');
    const resumed = await run([...args, '--resume'], { cwd });
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 6_000, written: 6_000, resumed: true });
  });

  it('keeps a separate reject file for each of several sources with the same name', async () => {
    const proxy = await slowProxy();
    const cwd = tempDir();
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const bad = (letter: string): string => `id,n\n${letter}1,1\n${letter}2,x\n`;
    const files = {
      'a/x.csv': formatCsv(makeCsv(4_000, { id: fieldMakers.id, n: fieldMakers.count })),
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

  it('refuses to resume into a different table with the same name', async () => {
    const { cwd, args } = await interruptJob();
    const path = join(cwd, 'input.csv.checkpoint');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/arn:aws:dynamodb:[^:]*/, 'arn:aws:dynamodb:elsewhere'));
    const { status, stderr } = await run([...args, '--resume'], { cwd });
    expect(status).toBe(3);
    expect(stderr).toContain('CHECKPOINT_MISMATCH');
  });

  it('completes with --resume if it was killed after the last record was settled', async () => {
    const { cwd, args, file } = await interruptJob();
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

  it('starts from the beginning with --resume if there is no checkpoint, and says so', async () => {
    const { cwd, args } = await setUpJob(Buffer.from('id\n1\n'), emulator.endpoint);
    const { status, stderr } = await run([...args, '--resume'], { cwd });
    expect(status).toBe(0);
    expect(stderr).toMatch(/checkpoint .* does not exist/);
  });

  it('refuses a second run while the first one runs, and names its process', async () => {
    const proxy = await slowProxy(100);
    const { cwd, args } = await setUpJob(formatCsv(makeCsv(20_000, { id: fieldMakers.id })), proxy.endpoint);
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

  it('resumes stdin after the settled records, and refuses a different stdin', async () => {
    const proxy = await slowProxy();
    const csv = formatCsv(makeCsv(20_000, { id: fieldMakers.id, text: fieldMakers.lines }));
    const { cwd, table, file } = await setUpJob(csv, proxy.endpoint);
    const args = ['direct', '-', '--table', table, '--endpoint-url', proxy.endpoint, '--json'];
    const running = start(args, { cwd, stdin: csv });
    while (proxy.counts.itemsWritten < 5_000) await sleep(5);
    running.child.kill('SIGINT');
    const stopped = await running.ended;
    expect(stopped.status, stopped.stderr).toBe(4);
    expect(summaryOf(stopped).checkpoint).toBe('stdin.checkpoint');
    proxy.stopFaults();
    const { bytes } = summaryOf(stopped);
    // One byte near the beginning, and one just before the resume point.
    for (const offset of [50, bytes - 2]) {
      const other = Buffer.from(csv);
      other[offset] = 0x78;
      const refused = await run([...args, '--resume'], { cwd, stdin: other });
      expect(refused.status, `byte ${offset}`).toBe(3);
      expect(refused.stderr).toContain('SOURCE_CHANGED');
    }
    const resumed = await run([...args, '--resume'], { cwd, stdin: csv });
    await proxy.stop();
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 20_000, written: 20_000, bytes: csv.length });
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });
});
