import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, summaryOf, tempDir } from '../helpers/run/run.ts';
import { startThrottlingEndpoint } from '../helpers/proxy/throttling-endpoint.ts';

const always = (rate: number) => () => rate;

describe('direct into a table that takes so many write units a second', () => {
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
    expect(summary.unprocessedItems + summary.throttledRequests).toBeLessThanOrEqual(table.turnedAway);
    return { table, summary };
  }

  /** Items taken a second, between two seconds since the first. */
  const takenPerSecond = (taken: readonly number[], from: number, to: number): number =>
    taken.slice(from * 10, to * 10).reduce((sum, items) => sum + items, 0) / (to - from);

  it.each([
    ['auto', 'auto'],
    ['a fixed number in flight', '32'],
  ])('a provisioned table is used to 97 %, and hardly a request throttled: %s', async (_, concurrency) => {
    const { table } = await load(40_000, always(5_000), 5_000, '--concurrency', concurrency);
    const lastSecond = Math.floor(table.taken.length / 10) - 1;
    expect(takenPerSecond(table.taken, 1, lastSecond)).toBeGreaterThan(0.97 * 5_000);
    expect(table.throttledRequests / table.requests).toBeLessThan(0.01);
  });

  it('--max-write-units below it holds', async () => {
    const { table, summary } = await load(4_000, always(5_000), 5_000, '--max-write-units', '1000');
    expect(table.throttledRequests).toBe(0);
    expect(summary.seconds).toBeGreaterThan(3.8);
    expect(takenPerSecond(table.taken, 1, 3)).toBeGreaterThan(900);
  });

  it('what an on-demand table takes is found out', async () => {
    const { table } = await load(40_000, always(4_000), undefined);
    expect(takenPerSecond(table.taken, 1, 8)).toBeGreaterThan(0.93 * 4_000);
    // In the first second nobody knows yet.
    const later = (counts: readonly number[]): number => counts.slice(10).reduce((sum, count) => sum + count, 0);
    expect(later(table.throttled) / later(table.asked)).toBeLessThan(0.06);
  });

  it('after a storm the rate is back within five seconds', async () => {
    const storm = (nowMs: number): number => (nowMs > 2_000 && nowMs < 6_000 ? 500 : 5_000);
    const { table } = await load(46_000, storm, 5_000);
    expect(takenPerSecond(table.taken, 3, 6)).toBeGreaterThan(0.8 * 500);
    expect(takenPerSecond(table.taken, 11, 12)).toBeGreaterThan(0.9 * 5_000);
  });
});
