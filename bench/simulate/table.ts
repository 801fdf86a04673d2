/** A model of the write limits of DynamoDB: token buckets of the table, its indexes and each partition. */
export interface TableModel {
  /** Write units per second at a time in ms. */
  readonly unitsPerSecond: (nowMs: number) => number;
  /** Write units per second by index. An item costs one unit in each. */
  readonly indexes?: ReadonlyMap<string, number>;
  /** Limit of one partition. Each partition key has its own; keys without a sort key are not limited. Default 1,000. */
  readonly partitionUnitsPerSecond?: number;
  /** Share of the requests that are throttled at any rate. Default 0. */
  readonly randomThrottleShare?: number;
  /** Share of the requests of which half of the items are unprocessed, at any rate. Default 0. */
  readonly randomPartialShare?: number;
}

/** Seconds of unused units that a bucket keeps. DynamoDB keeps up to 300, which is easier for the loader. */
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
  /** Written units by tenth of a second. */
  readonly written: number[] = [];
  /** Sent and throttled requests by tenth of a second. */
  readonly sent: number[] = [];
  readonly throttled: number[] = [];
  requests = 0;
  /** Throttled in part or completely. */
  throttledRequests = 0;
  throttledItems = 0;

  constructor(model: TableModel, chance: () => number) {
    this.#model = model;
    this.#chance = chance;
    this.#table = { units: model.unitsPerSecond(0) * burstSeconds, atMs: 0 };
    this.#indexes = new Map([...(model.indexes ?? [])].map(([name, rate]) => [name, { units: rate, atMs: 0 }]));
  }

  /** Names of the indexes. */
  get indexes(): Iterable<string> {
    return this.#indexes.keys();
  }

  /**
   * Writes items of one unit each.
   * @param keys `partition/sort key`, or only a partition key.
   * @returns the throttled keys.
   */
  write(keys: readonly string[], nowMs: number): string[] {
    const throttled: string[] = [];
    const { unitsPerSecond, indexes, partitionUnitsPerSecond = 1_000 } = this.#model;
    const shared = [fill(this.#table, unitsPerSecond(nowMs), nowMs)];
    for (const [name, bucket] of this.#indexes) shared.push(fill(bucket, indexes?.get(name) ?? 0, nowMs));
    const accepted = keys.length * this.#randomShare();
    for (const [index, key] of keys.entries()) {
      const partition = this.#partitionOf(key, partitionUnitsPerSecond, nowMs);
      const hasUnits = index < accepted && shared.every((bucket) => bucket.units >= 1);
      if (hasUnits && (partition === undefined || partition.units >= 1)) {
        for (const bucket of shared) bucket.units -= 1;
        if (partition !== undefined) partition.units -= 1;
      } else {
        throttled.push(key);
      }
    }
    this.#count(keys.length, throttled.length, nowMs);
    return throttled;
  }

  /** Share of the items of a request that are not throttled at random. */
  #randomShare(): number {
    const { randomThrottleShare = 0, randomPartialShare = 0 } = this.#model;
    const chance = this.#chance();
    if (chance < randomThrottleShare) return 0;
    return chance < randomThrottleShare + randomPartialShare ? 1 / 2 : 1;
  }

  #count(items: number, throttled: number, nowMs: number): void {
    const tenth = Math.floor(nowMs / 100);
    this.written[tenth] = (this.written[tenth] ?? 0) + items - throttled;
    this.sent[tenth] = (this.sent[tenth] ?? 0) + 1;
    this.requests += 1;
    this.throttledItems += throttled;
    if (throttled === 0) return;
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
