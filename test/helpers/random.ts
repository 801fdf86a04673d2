/** A repeatable source of random numbers in [0, 1). */
export type Random = () => number;

/** Creates a mulberry32 generator: 32 bits of state, good enough for tests, the same on every platform. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns a whole number in [0, limit). */
export function below(limit: number, rand: Random): number {
  return Math.floor(rand() * limit);
}

/** Share of the cases that a random test runs. 1 runs all; `npm run test:fast` sets less. */
const share = Number(process.env['CSV2DDB_TEST_SHARE'] ?? 1);

/** Returns the cases that this run takes: the first ones, at least one. */
export function sampled<T>(cases: readonly T[]): T[] {
  return cases.slice(0, sampledCount(cases.length));
}

/** Returns how many of `count` cases this run takes, at least one. */
export function sampledCount(count: number): number {
  return Math.max(1, Math.ceil(count * share));
}

/** Returns one of `values`. */
export function pick<T>(values: readonly [T, ...T[]], rand: Random): T {
  return values[below(values.length, rand)] ?? values[0];
}

/** Returns the values in random order. */
export function shuffled<T>(values: readonly T[], rand: Random): T[] {
  return values
    .map((value) => ({ value, place: rand() }))
    .sort((a, b) => a.place - b.place)
    .map(({ value }) => value);
}
