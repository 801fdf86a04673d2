import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeCsv } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { everyFault, faultKinds, startFaultProxy, type FaultPlan } from '../helpers/proxy/fault-proxy.ts';
import { run, summaryOf, tempDir } from '../helpers/run/run.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';

describe('a direct load behind a proxy that injects faults', () => {
  const emulator = withDynalite();

  async function load(csv: Buffer, plan: FaultPlan, ...more: string[]) {
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const cwd = tempDir();
    const file = join(cwd, 'input.csv');
    writeFileSync(file, csv);
    const proxy = await startFaultProxy(emulator.endpoint, plan);
    const args = ['direct', file, '--table', table, '--endpoint-url', proxy.endpoint, '--json', ...more];
    const result = await run(args, { cwd, timeoutMs: 500_000 });
    await proxy.stop();
    return { ...result, summary: summaryOf(result), proxy, table, file, cwd };
  }

  it('of 100,000 records loses none, counts correctly and ends with status 0', { timeout: 600_000 }, async () => {
    const records = makeCsv(100_000, {
      id: (index) => `k-${index % 90_000}`,
      place: fieldMakers.count,
      text: fieldMakers.text,
    });
    // Late responses take the client's full timeout, so a separate test covers them.
    const faults = everyFault(0.015, ['lateBefore', 'lateApplied', 'lateAfter']);
    const { status, summary, proxy, table, file, stderr } = await load(formatCsv(records), { faults, seed: 7 });
    expect(status, stderr).toBe(0);
    expect(summary).toMatchObject({ read: 100_000, rejected: 0, ahead: 0, checkpoint: null });
    expect(summary.written + summary.superseded).toBe(100_000);
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
    for (const kind of faultKinds)
      if (!kind.startsWith('late')) expect(proxy.counts.faults[kind], kind).toBeGreaterThan(10);
    expect(summary.retries).toBeGreaterThan(1_000);
    expect(summary.unprocessedItems).toBe(proxy.counts.itemsUnprocessed);
    const { throughputExceeded, throttling, requestLimit } = proxy.counts.faults;
    expect(summary.throttledRequests).toBe(throughputExceeded + throttling + requestLimit);
    expect(summary.requests).toBeGreaterThanOrEqual(proxy.counts.requests);
  });

  it('retries requests whose response is late, whether written or not', { timeout: 120_000 }, async () => {
    const records = makeCsv(1_000, { id: (index) => `k-${index % 700}`, place: fieldMakers.count });
    const faults = { lateBefore: 0.05, lateAfter: 0.05 };
    const { status, summary, proxy, table, file } = await load(formatCsv(records), { faults, seed: 3 });
    expect(status).toBe(0);
    expect(summary.written + summary.superseded).toBe(1_000);
    expect(proxy.counts.faults.lateBefore + proxy.counts.faults.lateAfter).toBeGreaterThan(0);
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });

  it('rejects only the invalid item of a refused batch', async () => {
    const records = makeCsv(500, { id: fieldMakers.id, text: fieldMakers.text });
    const poisoned = new Set(['id-0000003', 'id-0000004', 'id-0000250', 'id-0000499']);
    const poison = (item: Record<string, { S?: string }>): boolean => poisoned.has(item['id']?.S ?? '');
    const { status, summary, table, cwd } = await load(formatCsv(records), {
      poison,
    });
    expect(status).toBe(1);
    expect(summary).toMatchObject({ read: 500, written: 496, rejected: 4 });
    expect(await scanAll(emulator.client, table)).toHaveLength(496);
    const rejects = readFileSync(join(cwd, String(summary.rejectsFile)), 'utf8')
      .trimEnd()
      .split('\n');
    expect(rejects.map((line) => line.split(',')[0])).toEqual(['id', ...poisoned]);
    const reasons = readFileSync(join(cwd, `${String(summary.rejectsFile)}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(JSON.parse(reasons[0] ?? '')).toMatchObject({ record: 4, line: 5, code: 'REFUSED_BY_DYNAMODB' });
  });

  it.each([
    ['ResourceNotFoundException', 'TABLE_NOT_FOUND'],
    ['AccessDeniedException', 'ACCESS_DENIED'],
  ] as const)('that gets %s midway ends with status 3 and a checkpoint that can be resumed', async (fatal, code) => {
    const records = makeCsv(3_000, { id: fieldMakers.id, text: fieldMakers.text });
    const plan = { fatal: { fromRequest: 40, code: fatal } };
    const { status, summary, table, file, cwd } = await load(formatCsv(records), plan);
    expect(status).toBe(3);
    expect(summary.error).toMatchObject({ code });
    expect(summary.checkpoint).toBe('input.csv.checkpoint');
    expect(summary.read).toBeLessThan(3_000);
    const args = ['direct', file, '--table', table, '--endpoint-url', emulator.endpoint, '--json', '--resume'];
    const resumed = await run(args, { cwd });
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(summaryOf(resumed)).toMatchObject({ read: 3_000, written: 3_000, resumed: true, checkpoint: null });
    expect(await compareTableWithFile(emulator.client, table, file, { keys: ['id'] })).toEqual([]);
  });

  it('that is throttled for longer than --retry-for ends with status 3 and a checkpoint', async () => {
    const records = makeCsv(200, { id: fieldMakers.id, text: fieldMakers.text });
    const { status, summary } = await load(formatCsv(records), { faults: { throttling: 1 } }, '--retry-for', '2s');
    expect(status).toBe(3);
    expect(summary.error).toMatchObject({ code: 'RETRIES_EXHAUSTED' });
    expect(summary).toMatchObject({ read: 0, written: 0, checkpoint: 'input.csv.checkpoint' });
    expect(summary.seconds).toBeGreaterThan(1.9);
  });

  it('stays under --max-write-units', async () => {
    const records = makeCsv(1_000, { id: fieldMakers.id, text: fieldMakers.text });
    const { status, summary } = await load(formatCsv(records), {}, '--max-write-units', '250');
    expect(status).toBe(0);
    expect(summary.written).toBe(1_000);
    expect(summary.writeUnits).toBe(1_000);
    expect(summary.seconds).toBeGreaterThan(3.4);
    expect(summary.seconds).toBeLessThan(8);
  });
});
