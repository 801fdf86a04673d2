/** A model of how DynamoDB limits writes: token buckets of the table, of its indexes and of each partition. */
export interface TableModel {
  /** Write units a second at a time, in ms. */
  readonly unitsPerSecond: (nowMs: number) => number;
  /** By name. An item costs a unit in each. */
  readonly indexes?: ReadonlyMap<string, number>;
  /** Write units per second of each partition key. Default 1,000. */
  readonly partitionUnitsPerSecond?: number;
  /** Share of requests that are throttled whatever the rate. Default 0. */
  readonly capriciousShare?: number;
}

/** Seconds of unused units that a bucket keeps. DynamoDB keeps up to 300; less is harder. */
const burstSeconds = 1;

interface Bucket {
  units: number;
  atMs: number;
}

export class SimulatedTable {
  readonly #model: TableModel;
  readonly #chance: () => number;
  readonly #table: Bucket;
  readonly #indexes: Map<string, Bucket>;
  readonly #partitions = new Map<string, Bucket>();
  /** Units taken, by tenth of a second. */
  readonly taken: number[] = [];
  /** Requests, and those throttled, by tenth of a second. */
  readonly asked: number[] = [];
  readonly throttled: number[] = [];
  requests = 0;
  /** Whole, or in part. */
  throttledRequests = 0;
  turnedAway = 0;

  constructor(model: TableModel, chance: () => number) {
    this.#model = model;
    this.#chance = chance;
    this.#table = { units: model.unitsPerSecond(0) * burstSeconds, atMs: 0 };
    this.#indexes = new Map([...(model.indexes ?? [])].map(([name, rate]) => [name, { units: rate, atMs: 0 }]));
  }

  /** Their names. */
  get indexes(): Iterable<string> {
    return this.#indexes.keys();
  }

  /**
   * An item is a unit.
   * @param keys `partition/sort key`, or a partition key alone.
   * @returns the throttled keys.
   */
  write(keys: readonly string[], nowMs: number): string[] {
    const left: string[] = [];
    const { unitsPerSecond, indexes, partitionUnitsPerSecond = 1_000 } = this.#model;
    const shared = [fill(this.#table, unitsPerSecond(nowMs), nowMs)];
    for (const [name, bucket] of this.#indexes) shared.push(fill(bucket, indexes?.get(name) ?? 0, nowMs));
    const isCapricious = this.#chance() < (this.#model.capriciousShare ?? 0);
    for (const key of keys) {
      const partition = this.#partitionOf(key, partitionUnitsPerSecond, nowMs);
      const isFree = !isCapricious && shared.every((bucket) => bucket.units >= 1);
      if (isFree && (partition === undefined || partition.units >= 1)) {
        for (const bucket of shared) bucket.units -= 1;
        if (partition !== undefined) partition.units -= 1;
      } else {
        left.push(key);
      }
    }
    this.#count(keys.length, left.length, nowMs);
    return left;
  }

  #count(items: number, left: number, nowMs: number): void {
    const tenth = Math.floor(nowMs / 100);
    this.taken[tenth] = (this.taken[tenth] ?? 0) + items - left;
    this.asked[tenth] = (this.asked[tenth] ?? 0) + 1;
    this.requests += 1;
    this.turnedAway += left;
    if (left === 0) return;
    this.throttled[tenth] = (this.throttled[tenth] ?? 0) + 1;
    this.throttledRequests += 1;
  }

  #partitionOf(key: string, rate: number, nowMs: number): Bucket | undefined {
    const end = key.indexOf('/');
    if (end === -1) return undefined;
    const name = key.slice(0, end);
    let bucket = this.#partitions.get(name);
    if (bucket === undefined) {
      bucket = { units: rate * burstSeconds, atMs: nowMs };
      this.#partitions.set(name, bucket);
    }
    return fill(bucket, rate, nowMs);
  }
}

function fill(bucket: Bucket, rate: number, nowMs: number): Bucket {
  const gained = ((nowMs - bucket.atMs) / 1000) * rate;
  bucket.units = Math.min(rate * burstSeconds, bucket.units + gained);
  bucket.atMs = nowMs;
  return bucket;
}
