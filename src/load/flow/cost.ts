import { newBucket, refill, spend, type TokenBucket } from './token-bucket.ts';

/** Known capacity in write units per second: of the table, and of its global secondary indexes by name; undefined: on-demand. */
export interface Capacity {
  readonly table: number | undefined;
  readonly indexes: ReadonlyMap<string, number>;
}

/** Write units as responses report them. */
interface ConsumedUnits {
  /** Of the table and all its indexes; undefined if the endpoint does not report them. */
  readonly writeUnits: number | undefined;
  /** Part of `writeUnits` by global secondary index; undefined if the request did not ask for it. */
  readonly indexUnits?: ReadonlyMap<string, number> | undefined;
}

/** Cost of a request. */
export interface RequestCost {
  /** Units by item size: of all items, and of the written ones. */
  readonly units: number;
  readonly writtenUnits: number;
  /** Undefined: the response does not report it. */
  readonly consumed?: ConsumedUnits | undefined;
}

/** A limit of write units per second, and the cost of a unit of item size. */
export interface RateLimit {
  /** `total`: limited by `--max-write-units`; `table`: without global indexes; `index`: a global secondary index. */
  readonly kind: 'total' | 'table' | 'index';
  readonly name: string;
  readonly bucket: TokenBucket;
  /** Units consumed per unit of item size, as measured: larger replaced items, local indexes, items missing from an index. */
  readonly ratio: number;
}

/** Weight of one response in `ratio`. */
const learningRate = 0.1;

export function newLimits(maxWriteUnits: number | undefined, capacity: Capacity, nowMs: number): RateLimit[] {
  const limits: RateLimit[] = [];
  const add = (kind: RateLimit['kind'], name: string, unitsPerSecond: number | undefined): void => {
    if (unitsPerSecond !== undefined) limits.push({ kind, name, bucket: newBucket(unitsPerSecond, nowMs), ratio: 1 });
  };
  add('total', '', maxWriteUnits);
  add('table', '', capacity.table);
  for (const [name, unitsPerSecond] of capacity.indexes) add('index', name, unitsPerSecond);
  return limits;
}

/** Changes the capacity, and keeps bucket contents and learned ratios. */
export function updateLimits(limits: readonly RateLimit[], capacity: Capacity, nowMs: number): RateLimit[] {
  const cap = limits.find(({ kind }) => kind === 'total')?.bucket.unitsPerSecond;
  return newLimits(cap, capacity, nowMs).map((now) => {
    const before = limits.find(({ kind, name }) => kind === now.kind && name === now.name);
    if (before === undefined) return now;
    return { ...before, bucket: { ...refill(before.bucket, nowMs), unitsPerSecond: now.bucket.unitsPerSecond } };
  });
}

/** Takes the expected cost of a request out of the bucket. @param units by item size. */
export function charge(limit: RateLimit, units: number): RateLimit {
  return { ...limit, bucket: spend(limit.bucket, units * limit.ratio) };
}

/** Replaces the expected cost by the actual cost. */
export function correct(limit: RateLimit, { units, writtenUnits, consumed }: RequestCost): RateLimit {
  const reported = consumed && consumedBy(limit, consumed);
  const used = reported ?? writtenUnits * limit.ratio;
  const bucket = spend(limit.bucket, used - units * limit.ratio);
  if (reported === undefined || writtenUnits === 0) return { ...limit, bucket };
  return { ...limit, bucket, ratio: limit.ratio + learningRate * (used / writtenUnits - limit.ratio) };
}

function consumedBy({ kind, name }: RateLimit, { writeUnits, indexUnits }: ConsumedUnits): number | undefined {
  if (kind === 'total' || writeUnits === undefined) return writeUnits;
  if (kind === 'index') return indexUnits?.get(name) ?? 0;
  let used = writeUnits;
  for (const units of indexUnits?.values() ?? []) used -= units;
  return used;
}
