import type { Judged } from './scenarios.ts';
import { simulate } from './simulate.ts';

/** Results of a run. */
export interface Figures {
  readonly itemsPerSecond: number;
  /** Share of the available capacity. */
  readonly utilisation: number;
  /** Share of requests that were throttled whole or in part. */
  readonly throttled: number;
  /** Retried items per written item. */
  readonly resent: number;
  readonly mostInFlight: number;
  /** Seconds until nine tenths of the restored capacity are used for a whole second; undefined if that never happened. */
  readonly backAfterSeconds: number | undefined;
}

const tenths = 10;

export async function figuresOf(scenario: Judged): Promise<Figures> {
  const { table, writer, endMs, mostInFlight } = await simulate(scenario);
  const [from, to] = scenario.measured ?? [2, scenario.seconds];
  const end = Math.min(to, endMs / 1000);
  const taken = sum(from, end, (tenth) => table.taken[tenth] ?? 0);
  const possible = sum(from, end, (tenth) => scenario.limitAt(tenth * 100) / tenths);
  const all = table.taken.reduce((before, items) => before + items, 0);
  return {
    itemsPerSecond: taken / (end - from),
    utilisation: taken / possible,
    throttled: table.throttledRequests / table.requests,
    resent: writer.traffic.retries / all,
    mostInFlight,
    backAfterSeconds: backAfter(scenario, table.taken),
  };
}

function backAfter({ backAt, limitAt, seconds }: Judged, taken: readonly number[]): number | undefined {
  if (backAt === undefined) return undefined;
  const enough = 0.9 * limitAt(backAt * 1000);
  for (let tenth = backAt * tenths; tenth + tenths <= seconds * tenths; tenth++) {
    const second = taken.slice(tenth, tenth + tenths).reduce((before, items) => before + items, 0);
    if (second >= enough) return (tenth - backAt * tenths) / tenths;
  }
  return undefined;
}

function sum(from: number, to: number, at: (tenth: number) => number): number {
  let total = 0;
  for (let tenth = Math.round(from * tenths); tenth < Math.round(to * tenths); tenth++) total += at(tenth);
  return total;
}
