import { newBucket, refill, spend, type Bucket } from './token-bucket.ts';

/** Write units a second that are known: of the table, and by name of its global secondary indexes; undefined: on-demand. */
export interface Capacity {
  readonly table: number | undefined;
  readonly indexes: ReadonlyMap<string, number>;
}

/** Write units as answers report them. */
export interface ConsumedUnits {
  /** Of the table and all its indexes; undefined where the endpoint does not say. */
  readonly writeUnits: number | undefined;
  /** Of those, by name of the global secondary index; undefined where the request did not ask for them. */
  readonly indexUnits?: ReadonlyMap<string, number> | undefined;
}

/** What a request cost. */
export interface Cost {
  /** By the sizes of its items, and of those that were written. */
  readonly units: number;
  readonly takenUnits: number;
  /** Undefined: the answer says nothing of it. */
  readonly consumed?: ConsumedUnits | undefined;
}

/** What has a rate of its own, with what a unit of an item's size costs there. */
export interface Resource {
  /** `total`: what `--max-write-units` caps; `table`: all but the global indexes, which go by their names. */
  readonly kind: 'total' | 'table' | 'index';
  readonly name: string;
  readonly bucket: Bucket;
  /** Units consumed per unit by size, as learned: larger items that are replaced, indexes, and items that are not in an index. */
  readonly ratio: number;
}

/** Weight of one answer in what is learned. */
const learningRate = 0.1;

export function resourcesOf(maxWriteUnits: number | undefined, capacity: Capacity, nowMs: number): Resource[] {
  const resources: Resource[] = [];
  const add = (kind: Resource['kind'], name: string, unitsPerSecond: number | undefined): void => {
    if (unitsPerSecond !== undefined)
      resources.push({ kind, name, bucket: newBucket(unitsPerSecond, nowMs), ratio: 1 });
  };
  add('total', '', maxWriteUnits);
  add('table', '', capacity.table);
  for (const [name, unitsPerSecond] of capacity.indexes) add('index', name, unitsPerSecond);
  return resources;
}

/** The resources of a capacity that has changed; what is left in buckets and what was learned stays. */
export function withCapacity(resources: readonly Resource[], capacity: Capacity, nowMs: number): Resource[] {
  const cap = resources.find(({ kind }) => kind === 'total')?.bucket.unitsPerSecond;
  return resourcesOf(cap, capacity, nowMs).map((now) => {
    const before = resources.find(({ kind, name }) => kind === now.kind && name === now.name);
    if (before === undefined) return now;
    return { ...before, bucket: { ...refill(before.bucket, nowMs), unitsPerSecond: now.bucket.unitsPerSecond } };
  });
}

/** Takes out what a request of so many units by size is expected to cost. */
export function expect(resource: Resource, units: number): Resource {
  return { ...resource, bucket: spend(resource.bucket, units * resource.ratio) };
}

/** Corrects what was expected by what became of the request. */
export function correct(resource: Resource, { units, takenUnits, consumed }: Cost): Resource {
  const reported = consumed && usedOf(resource, consumed);
  const used = reported ?? takenUnits * resource.ratio;
  const bucket = spend(resource.bucket, used - units * resource.ratio);
  if (reported === undefined || takenUnits === 0) return { ...resource, bucket };
  return { ...resource, bucket, ratio: resource.ratio + learningRate * (used / takenUnits - resource.ratio) };
}

function usedOf({ kind, name }: Resource, { writeUnits, indexUnits }: ConsumedUnits): number | undefined {
  if (kind === 'total' || writeUnits === undefined) return writeUnits;
  if (kind === 'index') return indexUnits?.get(name) ?? 0;
  let used = writeUnits;
  for (const units of indexUnits?.values() ?? []) used -= units;
  return used;
}
