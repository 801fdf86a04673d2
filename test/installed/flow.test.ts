import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, summaryOf, tempDir } from '../helpers/run/run.ts';
import type { NetworkFaults } from '../../bench/simulate/network-faults.ts';
import type { TableModel } from '../../bench/simulate/table.ts';
import { startThrottlingEndpoint } from '../helpers/proxy/throttling-endpoint.ts';

const always = (rate: number) => () => rate;

describe('a direct load into a table with limited write capacity', () => {
  async function load(
    records: number,
    rate: (nowMs: number) => number,
    provisioned: number | undefined,
    ...more: string[]
  ) {
    const cwd = tempDir();
    const lines = Array.from({ length: records }, (_, index) => `k-${index},text ${index}`);
    writeFileSync(join(cwd, 'input.csv'), ['id,text', ...lines, ''].join('\n'));
    const model = { unitsPerSecond: rate };
    const server = await startThrottlingEndpoint({ model, provisioned, latencyMs: 6 });
    const { endpoint, table } = server;
    const args = ['direct', 'input.csv', '--table', 'throttled', '--endpoint-url', endpoint, '--json', ...more];
    const result = await run(args, { cwd, timeoutMs: 120_000 });
    await server.stop();
    expect(result.status, result.stderr).toBe(0);
    const summary = summaryOf(result);
    expect(summary).toMatchObject({ read: records, written: records, writeUnits: records });
    expect(summary.requests).toBe(table.requests);
    expect(summary.unprocessedItems + summary.throttledRequests).toBeLessThanOrEqual(table.throttledItems);
    return { table, summary };
  }

  /** Returns the items accepted per second, between two times in seconds after the first request. */
  const acceptedPerSecond = (taken: readonly number[], from: number, to: number): number =>
    taken.slice(from * 10, to * 10).reduce((sum, items) => sum + items, 0) / (to - from);

  it.each([
    ['auto', 'auto'],
    ['a fixed number in flight', '32'],
  ])('uses 97 % of a provisioned table with few throttled requests: %s', async (_, concurrency) => {
    const { table } = await load(40_000, always(5_000), 5_000, '--concurrency', concurrency);
    const lastSecond = Math.floor(table.written.length / 10) - 1;
    expect(acceptedPerSecond(table.written, 1, lastSecond)).toBeGreaterThan(0.97 * 5_000);
    expect(table.throttledRequests / table.requests).toBeLessThan(0.01);
  });

  it('stays at --max-write-units below the capacity of the table', async () => {
    const { table, summary } = await load(4_000, always(5_000), 5_000, '--max-write-units', '1000');
    expect(table.throttledRequests).toBe(0);
    expect(summary.seconds).toBeGreaterThan(3.8);
    expect(acceptedPerSecond(table.written, 1, 3)).toBeGreaterThan(900);
  });

  it('finds the capacity of an on-demand table', async () => {
    const { table } = await load(40_000, always(4_000), undefined);
    expect(acceptedPerSecond(table.written, 1, 8)).toBeGreaterThan(0.93 * 4_000);
    // csv2ddb needs the first second to find the rate.
    const later = (counts: readonly number[]): number => counts.slice(10).reduce((sum, count) => sum + count, 0);
    expect(later(table.throttled) / later(table.sent)).toBeLessThan(0.06);
  });

  it('returns to the full rate within five seconds after heavy throttling', async () => {
    const storm = (nowMs: number): number => (nowMs > 2_000 && nowMs < 6_000 ? 500 : 5_000);
    const { table } = await load(46_000, storm, 5_000);
    expect(acceptedPerSecond(table.written, 3, 6)).toBeGreaterThan(0.8 * 500);
    expect(acceptedPerSecond(table.written, 11, 12)).toBeGreaterThan(0.9 * 5_000);
  });
});

describe('a direct load whose throttling does not depend on the rate', () => {
  const plenty = always(1_000_000_000);

  async function load(records: number, shares: Partial<TableModel>, faults: NetworkFaults | undefined) {
    const cwd = tempDir();
    const lines = Array.from({ length: records }, (_, index) => `k-${index},text ${index}`);
    writeFileSync(join(cwd, 'input.csv'), ['id,text', ...lines, ''].join('\n'));
    const model = { unitsPerSecond: plenty, ...shares };
    const server = await startThrottlingEndpoint({ model, provisioned: undefined, latencyMs: 1, faults });
    const args = ['direct', 'input.csv', '--table', 'throttled', '--endpoint-url', server.endpoint, '--json'];
    const result = await run(args, { cwd, timeoutMs: 120_000 });
    await server.stop();
    expect(result.status, result.stderr).toBe(0);
    const summary = summaryOf(result);
    expect(summary).toMatchObject({ read: records, written: records });
    return summary;
  }

  it('does not slow down to the minimum rate if every second request is throttled', async () => {
    const summary = await load(8_000, { randomThrottleShare: 0.5 }, undefined);
    expect(summary.throttledRequests / summary.requests).toBeGreaterThan(0.4);
    expect(summary.seconds).toBeLessThan(30);
  });

  it('writes thousands of records per second if requests are throttled, partly unprocessed, lost and delayed', async () => {
    const shares = { randomThrottleShare: 0.06, randomPartialShare: 0.15 };
    const summary = await load(100_000, shares, { lostShare: 0.03, delayedShare: 0.02, delayMs: 200 });
    expect(summary.unprocessedItems).toBeGreaterThan(4_000);
    expect(summary.recordsPerSecond).toBeGreaterThan(7_000);
  });
});
