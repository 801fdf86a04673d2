import { describe, expect, it } from 'vitest';
import { figuresOf, type Figures } from '../../../../bench/simulate/figures.ts';
import { scenarios, unlimited } from '../../../../bench/simulate/scenarios.ts';

/** Seed of latency, jitter and keys. Try others with `npm run simulate -- --seed N`. */
const seed = 1;

async function figures(name: string, latencyMs: number): Promise<Figures> {
  const scenario = scenarios(latencyMs, seed).find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`scenario ${name} does not exist`);
  return figuresOf(scenario);
}

describe(`flow control in virtual time, seed ${seed}`, () => {
  it.each([
    ['provisioned', 1],
    ['provisioned', 6],
    ['provisioned', 100],
    ['provisioned, doubled while loading', 6],
    ['a starved index', 6],
    ['a starved index', 50],
  ])('uses known provisioned capacity with hardly any throttling: %s, %i ms', async (name, latencyMs) => {
    const { utilisation, throttled } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(0.97);
    expect(utilisation).toBeLessThan(1.01);
    expect(throttled).toBeLessThan(0.01);
  });

  it.each([
    ['constant, unknown', 1, 0.95, 0.03],
    ['constant, unknown', 50, 0.95, 0.08],
    ['halved, unknown', 6, 0.9, 0.09],
    ['new on-demand table', 6, 0.9, 0.05],
  ])('finds unknown capacity: %s, %i ms', async (name, latencyMs, min, max) => {
    const { utilisation, throttled } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(min);
    expect(throttled).toBeLessThan(max);
  });

  it.each([
    ['storm: 10 % for 10 s', 1, 5],
    ['storm: 10 % for 10 s', 6, 5],
    ['storm: 10 % for 10 s', 100, 5],
    ['doubled, unknown', 6, 10],
  ])('uses new capacity within seconds: %s, %i ms', async (name, latencyMs, maxSeconds) => {
    expect((await figures(name, latencyMs)).backAfterSeconds).toBeLessThan(maxSeconds);
  });

  it.each([
    ['sorted, 64 keys of 1,000', 6, 0.9, 0.2],
    ['sorted, 64 keys of 1,000', 50, 0.9, 0.3],
    ['one partition key', 6, 0.9, 0.3],
    ['4 hot keys, 80 % of all', 20, 0.85, 0.15],
  ])('uses hot partitions up to their limit: %s, %i ms', async (name, latencyMs, min, maxResent) => {
    const { utilisation, resent } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(min);
    expect(resent).toBeLessThan(maxResent);
  });
});

describe('auto concurrency in virtual time', () => {
  it.each([
    [1, 64],
    [6, 256],
    [50, 512],
  ])('uses nearly all of the processor after four seconds, %i ms', async (latencyMs, max) => {
    const { itemsPerSecond, maxInFlight } = await figuresOf(unlimited(latencyMs, seed, 'auto'));
    // The processor of the model handles 10,000 requests per second.
    expect(itemsPerSecond).toBeGreaterThan(0.7 * 250_000);
    expect(maxInFlight).toBeLessThanOrEqual(max);
  });
});
