import { describe, expect, it } from 'vitest';
import { figuresOf, type Figures } from '../../../../bench/simulate/figures.ts';
import { scenarios, unlimited } from '../../../../bench/simulate/scenarios.ts';

/** Of the chance in latency, jitter and keys; `npm run simulate -- --seed N` shows others. */
const seed = 1;

async function figures(name: string, latencyMs: number): Promise<Figures> {
  const scenario = scenarios(latencyMs, seed).find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
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
  ])('what is known to be provisioned is used, and hardly anything turned away: %s, %i ms', async (name, latencyMs) => {
    const { utilisation, throttled } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(0.97);
    expect(utilisation).toBeLessThan(1.01);
    expect(throttled).toBeLessThan(0.01);
  });

  it.each([
    ['constant, not told', 1, 0.95, 0.03],
    ['constant, not told', 50, 0.95, 0.08],
    ['halved, not told', 6, 0.9, 0.09],
    ['new on-demand table', 6, 0.9, 0.05],
  ])('what nobody tells is found out: %s, %i ms', async (name, latencyMs, least, most) => {
    const { utilisation, throttled } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(least);
    expect(throttled).toBeLessThan(most);
  });

  it.each([
    ['storm: 10 % for 10 s', 1, 5],
    ['storm: 10 % for 10 s', 6, 5],
    ['storm: 10 % for 10 s', 100, 5],
    ['doubled, not told', 6, 10],
  ])('capacity that comes is used within seconds: %s, %i ms', async (name, latencyMs, most) => {
    expect((await figures(name, latencyMs)).backAfterSeconds).toBeLessThan(most);
  });

  it.each([
    ['sorted, 64 keys of 1,000', 6, 0.9, 0.2],
    ['sorted, 64 keys of 1,000', 50, 0.9, 0.3],
    ['one partition key', 6, 0.9, 0.3],
    ['4 hot keys, 80 % of all', 20, 0.85, 0.15],
  ])('hot partitions are used to their limit: %s, %i ms', async (name, latencyMs, least, mostResent) => {
    const { utilisation, resent } = await figures(name, latencyMs);
    expect(utilisation).toBeGreaterThan(least);
    expect(resent).toBeLessThan(mostResent);
  });
});

describe('requests in flight with `auto`', () => {
  it.each([
    [1, 64],
    [6, 256],
    [50, 512],
  ])('nearly all that the processor can do is done after four seconds, %i ms', async (latencyMs, most) => {
    const { itemsPerSecond, mostInFlight } = await figuresOf(unlimited(latencyMs, seed, 'auto'));
    // 10,000 requests a second are what the model's processor does.
    expect(itemsPerSecond).toBeGreaterThan(0.7 * 250_000);
    expect(mostInFlight).toBeLessThanOrEqual(most);
  });
});
