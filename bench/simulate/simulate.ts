import { LoaderError } from '../../src/errors.ts';
import type { Capacity } from '../../src/load/flow/cost.ts';
import type { Entry } from '../../src/load/order/entry.ts';
import { Frontier } from '../../src/load/order/frontier.ts';
import { defaultBounds, sortKeyBounds, Window } from '../../src/load/order/window.ts';
import type { BatchWriteResult } from '../../src/load/wire/client.ts';
import { Writer } from '../../src/load/write/writer.ts';
import { bufferRecord } from '../../test/helpers/buffer-record.ts';
import { random, type Random } from '../../test/helpers/random.ts';
import { drawFault, noFault, type NetworkFaults } from './network-faults.ts';
import { SimulatedTable, type TableModel } from './table.ts';
import { VirtualTime } from './virtual-time.ts';

export interface Scenario {
  readonly name: string;
  readonly table: TableModel;
  /** Capacity that DescribeTable reports at a time. Default: an on-demand table. */
  readonly described?: (nowMs: number) => Capacity;
  readonly concurrency?: number | 'auto';
  /** Partition of each record by its number; undefined: the table has no sort key. */
  readonly partitionOf?: (record: number, chance: Random) => string;
  /** Number of records. Default: unlimited. */
  readonly records?: number;
  readonly latencyMs: number;
  /** Default: none. */
  readonly faults?: NetworkFaults;
  readonly seconds: number;
  readonly seed: number;
}

export interface Simulated {
  readonly table: SimulatedTable;
  readonly writer: Writer;
  /** When every record was written, or the end of the run. */
  readonly endMs: number;
  readonly maxInFlight: number;
}

/** Processor time of the loader per request, in ms: reading, mapping, signing, sending. */
const processorMs = 0.1;

const onDemand: Capacity = { table: undefined, indexes: new Map() };
const describedEveryMs = 30_000;

/** Runs window, writer and flow control against a model of a table, in virtual time. */
export async function simulate(scenario: Scenario): Promise<Simulated> {
  const { partitionOf, records = Infinity, concurrency = 'auto', seconds, seed, described } = scenario;
  const time = new VirtualTime();
  const chance = random(seed);
  const table = new SimulatedTable(scenario.table, chance);
  const frontier = new Frontier<Entry>();
  const isMixed = partitionOf !== undefined;
  const window = new Window(frontier, isMixed, isMixed ? sortKeyBounds : defaultBounds);
  let maxInFlight = 0;
  const writer = new Writer({
    window,
    client: {
      batchWrite: (body) => {
        maxInFlight = Math.max(maxInFlight, writer.inFlight);
        return exchange(body);
      },
      close: () => Promise.resolve(),
    },
    markInFlight: () => undefined,
    table: 'simulated',
    keyOf: (item) => (item['k'] as { S: string }).S,
    concurrency,
    maxWriteUnits: undefined,
    capacity: described?.(0) ?? onDemand,
    retryForMs: 900_000,
    onSettled: () => {
      while (frontier.pass() !== undefined);
    },
    onFatal: (error) => {
      throw error;
    },
    scheduler: time,
    random: chance,
  });

  let processorFreeMs = 0;
  function exchange(body: Buffer): Promise<BatchWriteResult> {
    const keys = keysOf(body);
    processorFreeMs = Math.max(processorFreeMs, time.nowMs()) + processorMs;
    const { latencyMs, faults } = scenario;
    const halfTripMs = latencyOf(latencyMs, chance) / 2;
    const fault = faults === undefined ? noFault : drawFault(faults, chance);
    return new Promise((resolve) => {
      time.after(processorFreeMs - time.nowMs() + halfTripMs + fault.delayMs, () => {
        const result = fault.isLost ? lost : respond(table, keys, time.nowMs());
        time.after(halfTripMs, () => {
          resolve(result);
        });
      });
    });
  }

  let next = 0;
  const feed = (): void => {
    while (next < records && !window.isFull) {
      const partition = partitionOf?.(next, chance);
      const key = partition === undefined ? `${next}` : `${partition}/${next}`;
      next += 1;
      const encoded = Buffer.from(`{"k":{"S":"${key}"}}`);
      bufferRecord(window, frontier, partition === undefined ? { key, encoded } : { key, partition, encoded });
    }
    writer.allowsPartialBatches = next >= records || window.isFull;
    writer.pump();
  };
  time.after(0, feed);
  for (let ms = describedEveryMs; described !== undefined && ms < seconds * 1000; ms += describedEveryMs) {
    time.after(ms, () => {
      writer.setCapacity(described(ms));
    });
  }
  let endMs = seconds * 1000;
  await time.run(endMs, () => {
    feed();
    if (next >= records && frontier.distance === 0) endMs = Math.min(endMs, time.nowMs());
  });
  writer.stop();
  return { table, writer, endMs, maxInFlight };
}

function keysOf(body: Buffer): string[] {
  return [...body.toString().matchAll(/"k":\{"S":"([^"]*)"/g)].map(([, key = '']) => key);
}

/** A round trip with a mean of `ms`: most are slightly shorter, some much longer. */
function latencyOf(ms: number, chance: Random): number {
  const spread = 0.8 - 0.17 * Math.log(1 - chance());
  return ms * (chance() < 0.005 ? spread + 6 : spread);
}

const lost: BatchWriteResult = { kind: 'unknown', code: 'InternalServerError', message: '' };

function respond(table: SimulatedTable, keys: readonly string[], nowMs: number): BatchWriteResult {
  const throttled = table.write(keys, nowMs);
  if (throttled.length === keys.length) {
    return { kind: 'throttled', code: 'ThrottlingException', message: '' };
  }
  if (new Set(keys).size < keys.length) throw new LoaderError('INTERNAL', 'a batch contains the same key twice');
  const written = keys.length - throttled.length;
  const indexUnits = new Map([...table.indexes].map((name) => [name, written]));
  const unprocessed = throttled.map((key) => ({ k: { S: key } }));
  return { kind: 'answered', unprocessed, writeUnits: written * (1 + indexUnits.size), indexUnits };
}
