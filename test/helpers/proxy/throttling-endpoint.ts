import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { drawFault, noFault, type NetworkFaults } from '../../../bench/simulate/network-faults.ts';
import { SimulatedTable, type TableModel } from '../../../bench/simulate/table.ts';
import { random } from '../random.ts';
import { closeServer, listen } from '../loopback.ts';

export interface ThrottlingEndpoint {
  readonly endpoint: string;
  /** Counts of the written and throttled items. */
  readonly table: SimulatedTable;
  stop(): Promise<void>;
}

interface Options {
  /** Times in ms since the first batch. */
  readonly model: TableModel;
  /** Write units per second in the response of DescribeTable; undefined: on-demand. */
  readonly provisioned: number | undefined;
  readonly latencyMs: number;
  /** Half of the lost requests are written and get no response; the others get status 500. Default: none. */
  readonly faults?: NetworkFaults | undefined;
}

interface Batch {
  readonly RequestItems: Record<string, { PutRequest: { Item: { id: { S: string } } } }[]>;
}

/**
 * Starts an endpoint that simulates a table with token buckets. It returns items beyond the capacity as unprocessed,
 * and throttles a request of which no item fits. The table has the partition key `id`, and each item costs one unit.
 */
export async function startThrottlingEndpoint(options: Options): Promise<ThrottlingEndpoint> {
  const { model, provisioned, latencyMs, faults } = options;
  const chance = random(1);
  const table = new SimulatedTable(model, chance);
  let startMs: number | undefined;
  const write = (body: string): [status: number, answer: unknown] => {
    const nowMs = performance.now() - (startMs ??= performance.now());
    const [[name, requests] = ['', []]] = Object.entries((JSON.parse(body) as Batch).RequestItems);
    const byKey = new Map(requests.map((request) => [request.PutRequest.Item.id.S, request]));
    const left = table.write([...byKey.keys()], nowMs);
    if (left.length === byKey.size) return [400, throttled];
    const unprocessed = left.length === 0 ? {} : { [name]: left.map((key) => byKey.get(key)) };
    const consumed = [{ TableName: name, CapacityUnits: byKey.size - left.length }];
    return [200, { UnprocessedItems: unprocessed, ConsumedCapacity: consumed }];
  };
  const described: [number, unknown] = [200, { Table: tableDescription(provisioned) }];
  const server = createServer((request, response) => {
    const isBatch = String(request.headers['x-amz-target']).endsWith('.BatchWriteItem');
    void text(request).then((body) => {
      const fault = isBatch && faults !== undefined ? drawFault(faults, chance) : noFault;
      const isFailed = fault.isLost && chance() < 0.5;
      const [status, answer] = isBatch && !isFailed ? write(body) : described;
      setTimeout(() => {
        if (isFailed) send(response, 500, internalError);
        else if (fault.isLost) response.destroy();
        else send(response, status, answer);
      }, latencyMs + fault.delayMs);
    });
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    table,
    stop: () => closeServer(server),
  };
}

const throttled = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
  ThrottlingReasons: [{ reason: 'TableWriteProvisionedThroughputExceeded', resource: 'arn:aws:dynamodb:::table/t' }],
};

const internalError = { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'Internal error.' };

function tableDescription(provisioned: number | undefined): unknown {
  return {
    TableName: 'throttled',
    TableStatus: 'ACTIVE',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    BillingModeSummary: { BillingMode: provisioned === undefined ? 'PAY_PER_REQUEST' : 'PROVISIONED' },
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: provisioned ?? 0 },
  };
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
