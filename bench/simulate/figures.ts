import type { Judged } from './scenarios.ts';
import { simulate } from './simulate.ts';

/** Measurements of a run. */
export interface Figures {
  readonly itemsPerSecond: number;
  /** Share of the available capacity. */
  readonly utilisation: number;
  /** Share of the requests that were throttled, in part or completely. */
  readonly throttled: number;
  /** Retries per written item. */
  readonly resent: number;
  readonly maxInFlight: number;
  /** Seconds until 90 % of the restored capacity is used for a whole second; undefined: never. */
  readonly backAfterSeconds: number | undefined;
}

const tenths = 10;

export async function figuresOf(scenario: Judged): Promise<Figures> {
  const { table, writer, endMs, maxInFlight } = await simulate(scenario);
  const [from, to] = scenario.measured ?? [2, scenario.seconds];
  const end = Math.min(to, endMs / 1000);
  const written = sum(from, end, (tenth) => table.written[tenth] ?? 0);
  const possible = sum(from, end, (tenth) => scenario.limitAt(tenth * 100) / tenths);
  const all = table.written.reduce((before, items) => before + items, 0);
  return {
    itemsPerSecond: written / (end - from),
    utilisation: written / possible,
    throttled: table.throttledRequests / table.requests,
    resent: writer.traffic.retries / all,
    maxInFlight,
    backAfterSeconds: backAfter(scenario, table.written),
  };
}

function backAfter({ backAt, limitAt, seconds }: Judged, written: readonly number[]): number | undefined {
  if (backAt === undefined) return undefined;
  const enough = 0.9 * limitAt(backAt * 1000);
  for (let tenth = backAt * tenths; tenth + tenths <= seconds * tenths; tenth++) {
    const second = written.slice(tenth, tenth + tenths).reduce((before, items) => before + items, 0);
    if (second >= enough) return (tenth - backAt * tenths) / tenths;
  }
  return undefined;
}

function sum(from: number, to: number, at: (tenth: number) => number): number {
  let total = 0;
  for (let tenth = Math.round(from * tenths); tenth < Math.round(to * tenths); tenth++) total += at(tenth);
  return total;
}
