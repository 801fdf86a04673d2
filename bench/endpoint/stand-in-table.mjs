import { performance } from 'node:perf_hooks';

/**
 * @typedef {object} TableOptions
 * @property {number} wcu write units a second, one for each item; 0: no limit
 * @property {number} partitionWcu the same for each value of the partition key
 * @property {string} pk
 * @property {string} sk empty: none
 * @property {number} traceMs 0: none
 *
 * @typedef {Record<string, { S?: string } | undefined>} Item
 * @typedef {{ PutRequest?: { Item: Item } }} WriteRequest
 */

/** The table of main.cpp, in Node: takes what it is sent, within its capacity, and counts. */
export class StandInTable {
  #options;
  #bucket;
  /** @type {Map<string, Bucket>} */
  #partitions = new Map();
  /** @type {Set<string>} */
  #seen = new Set();
  #counts = { items: 0, requests: 0, bytes: 0, unprocessed: 0, partlyProcessed: 0, throttledRequests: 0, oversize: 0 };
  /** @type {number[]} */
  #trace = [];
  #firstMs = 0;
  #lastMs = 0;

  /** @param {TableOptions} options */
  constructor(options) {
    this.#options = options;
    this.#bucket = new Bucket(options.wcu);
  }

  /**
   * @param {string} operation
   * @param {unknown} content of the request
   * @param {number} bytes of its body
   * @returns {{ status: number, content: unknown }}
   */
  answer(operation, content, bytes) {
    switch (operation) {
      case 'BatchWriteItem':
        return this.#write(/** @type {{ RequestItems: Record<string, WriteRequest[]> }} */ (content), bytes);
      case 'DescribeTable':
        return { status: 200, content: this.#description(/** @type {{ TableName: string }} */ (content).TableName) };
      case 'ListTables':
        return { status: 200, content: { TableNames: ['bench'] } };
      default:
        return error('com.amazon.coral.service#UnknownOperationException', '');
    }
  }

  /** The counts, as main.cpp prints them. */
  report() {
    return {
      ...this.#counts,
      distinct: this.#seen.size,
      seconds: (this.#lastMs - this.#firstMs) / 1000,
      firstWriteEpochMs: performance.timeOrigin + this.#firstMs,
      traceMs: this.#options.traceMs,
      trace: this.#trace,
    };
  }

  /**
   * @param {{ RequestItems: Record<string, WriteRequest[]>, ReturnConsumedCapacity?: string }} request
   * @param {number} bytes
   */
  #write({ RequestItems, ReturnConsumedCapacity }, bytes) {
    const now = performance.now();
    const counts = this.#counts;
    if (counts.requests === 0) this.#firstMs = now;
    this.#lastMs = now;
    counts.requests += 1;
    counts.bytes += bytes;
    const [name = '', requests = []] = Object.entries(RequestItems)[0] ?? [];
    if (requests.length > 25) {
      counts.oversize += 1;
      return error('com.amazon.coral.validate#ValidationException', 'Too many items requested');
    }
    let reason = '';
    const left = requests.filter((one) => {
      const refused = this.#refusal(one.PutRequest?.Item ?? {}, now);
      reason = refused ?? reason;
      return refused !== undefined;
    });
    const taken = requests.length - left.length;
    counts.items += taken;
    counts.unprocessed += left.length;
    this.#count(taken, now);
    if (taken === 0 && requests.length > 0) {
      counts.throttledRequests += 1;
      const words = 'The level of configured provisioned throughput for the table was exceeded.';
      const type = 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException';
      return error(type, words, [{ reason, resource: arn(name) }]);
    }
    if (left.length > 0) counts.partlyProcessed += 1;
    const UnprocessedItems = left.length === 0 ? {} : { [name]: left };
    if (ReturnConsumedCapacity === undefined) return { status: 200, content: { UnprocessedItems } };
    const ConsumedCapacity = [{ CapacityUnits: taken, TableName: name }];
    return { status: 200, content: { ConsumedCapacity, UnprocessedItems } };
  }

  /**
   * Why the table does not take it now; undefined: it does.
   * @param {Item} item
   * @param {number} now
   */
  #refusal(item, now) {
    const { wcu, partitionWcu, pk, sk } = this.#options;
    const key = item[pk]?.S ?? '';
    if (partitionWcu > 0) {
      let bucket = this.#partitions.get(key);
      if (bucket === undefined) this.#partitions.set(key, (bucket = new Bucket(partitionWcu)));
      if (!bucket.take(now)) return 'TableWriteKeyRangeThroughputExceeded';
    }
    if (wcu > 0 && !this.#bucket.take(now)) return 'TableWriteProvisionedThroughputExceeded';
    this.#seen.add(sk === '' ? key : JSON.stringify([key, item[sk]?.S]));
    return undefined;
  }

  /**
   * @param {number} taken
   * @param {number} now
   */
  #count(taken, now) {
    const { traceMs } = this.#options;
    if (traceMs <= 0) return;
    const step = Math.floor((now - this.#firstMs) / traceMs);
    while (this.#trace.length <= step) this.#trace.push(0);
    this.#trace[step] = (this.#trace[step] ?? 0) + taken;
  }

  /** @param {string} TableName */
  #description(TableName) {
    const { pk, sk, wcu } = this.#options;
    const keys = sk === '' ? [pk] : [pk, sk];
    const mode = wcu > 0 ? {} : { BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } };
    const ReadCapacityUnits = wcu > 0 ? 5 : 0;
    return {
      Table: {
        TableName,
        TableStatus: 'ACTIVE',
        KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
        AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        ...mode,
        ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits: wcu, NumberOfDecreasesToday: 0 },
        ItemCount: 0,
        TableSizeBytes: 0,
        TableArn: arn(TableName),
        CreationDateTime: 1_700_000_000,
      },
    };
  }
}

/** Holds one second's worth of tokens, full to begin with. */
class Bucket {
  #rate;
  #tokens;
  #lastMs = performance.now();

  /** @param {number} rate tokens a second */
  constructor(rate) {
    this.#rate = rate;
    this.#tokens = rate;
  }

  /** @param {number} nowMs */
  take(nowMs) {
    this.#tokens = Math.min(this.#rate, this.#tokens + ((nowMs - this.#lastMs) / 1000) * this.#rate);
    this.#lastMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/**
 * @param {string} type
 * @param {string} message
 * @param {{ reason: string, resource: string }[]} [ThrottlingReasons]
 */
function error(type, message, ThrottlingReasons) {
  return { status: 400, content: { __type: type, message, ThrottlingReasons } };
}

/** @param {string} table */
const arn = (table) => `arn:aws:dynamodb:us-east-1:000000000000:table/${table}`;
