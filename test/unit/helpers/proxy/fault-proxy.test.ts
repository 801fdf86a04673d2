import { BatchWriteItemCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, dummyCredentials, startDynalite } from '../../../helpers/emulators/emulator.ts';
import type { Item } from '../../../helpers/compare/keys.ts';
import {
  type FaultKind,
  type FaultPlan,
  type FaultProxy,
  faultKinds,
  startFaultProxy,
} from '../../../helpers/proxy/fault-proxy.ts';
import { createTable, describeDifferences, scanAll } from '../../../helpers/compare/tables.ts';

let emulator: Emulator;
let table: string;
let proxy: FaultProxy | undefined;

beforeAll(async () => {
  emulator = await startDynalite();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  table = await createTable(emulator.client, { partitionKey: ['id', 'N'] });
});
afterEach(async () => {
  await proxy?.stop();
  proxy = undefined;
});

const some = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: { N: String(index) }, a: { S: 'á' }, b: { S: 'b' } }));

/** Sends one request without retries. Returns status and body, or `lost` if there is no complete response. */
async function post(
  plan: FaultPlan,
  items = some(10),
  timeoutMs = 5_000,
): Promise<{ status: number; text: string; crcFits: boolean } | 'lost'> {
  proxy ??= await startFaultProxy(emulator.endpoint, plan);
  try {
    const response = await fetch(proxy.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.BatchWriteItem',
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({ RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) } }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = Buffer.from(await response.arrayBuffer());
    const crcFits = String(crc32(body)) === response.headers.get('x-amz-crc32');
    return { status: response.status, text: body.toString(), crcFits };
  } catch {
    return 'lost';
  }
}

const written = async () => (await scanAll(emulator.client, table)).length;

describe('a fault proxy', () => {
  const table400 = (code: string) => ({ status: 400, text: expect.stringContaining(code) as string, crcFits: true });
  const cases: [FaultKind, unknown, number][] = [
    ['throughputExceeded', table400('#ProvisionedThroughputExceededException'), 0],
    ['throttling', table400('#ThrottlingException'), 0],
    ['requestLimit', table400('#RequestLimitExceeded'), 0],
    ['internalBefore', expect.objectContaining({ status: 500 }), 0],
    ['internalAfter', expect.objectContaining({ status: 500 }), 10],
    ['unavailableBefore', expect.objectContaining({ status: 503 }), 0],
    ['unavailableAfter', expect.objectContaining({ status: 503 }), 10],
    ['resetBefore', 'lost', 0],
    ['resetAfter', 'lost', 10],
    ['delay', { status: 200, text: '{"UnprocessedItems":{}}', crcFits: true }, 10],
    ['lateBefore', 'lost', 0],
    ['lateApplied', 'lost', 10],
    ['lateAfter', 'lost', 10],
    ['brokenJson', { status: 200, text: '{"UnprocessedItems":{},', crcFits: true }, 10],
    ['wrongCrc', { status: 200, text: '{"UnprocessedItems":{}}', crcFits: false }, 10],
    ['truncated', 'lost', 10],
  ];

  it.each(cases)('injects and counts %s', async (fault, seen, count) => {
    // With this seed, `lateApplied` waits for 232 ms.
    const plan = { faults: { [fault]: 1 }, lateMs: 300, seed: 5 };
    expect(await post(plan, some(10), fault.startsWith('late') ? 100 : 5_000)).toEqual(seen);
    expect(proxy?.counts.faults[fault]).toBe(1);
    // Only `lateApplied` writes a request that the client gave up.
    if (fault.startsWith('late')) await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await written()).toBe(count);
    expect(proxy?.counts.itemsWritten).toBe(count);
  });

  it('returns some items as unprocessed, with reordered attributes, and writes the others', async () => {
    const items = some(25);
    const answer = await post({ faults: { partial: 1 }, seed: 3 }, items);
    if (answer === 'lost') throw new Error('no response');
    expect(answer).toMatchObject({ status: 200, crcFits: true });
    const { UnprocessedItems: back } = JSON.parse(answer.text) as {
      UnprocessedItems: Record<string, { PutRequest: { Item: Item } }[]>;
    };
    const unprocessed = (back[table] ?? []).map((request) => request.PutRequest.Item);
    expect(unprocessed.length).toBe(proxy?.counts.itemsUnprocessed);
    expect(unprocessed.some((item) => Object.keys(item).join() !== 'id,a,b')).toBe(true);
    expect(proxy?.counts.faults.partial).toBe(1);
    expect(describeDifferences(items, [...unprocessed, ...(await scanAll(emulator.client, table))], ['id'])).toEqual(
      [],
    );
  });

  it('rejects a batch with a poisoned item, and passes the others', async () => {
    const plan = { poison: (item: Item) => item['id']?.N === '7' };
    expect(await post(plan)).toMatchObject({
      status: 400,
      text: expect.stringContaining('#ValidationException') as string,
    });
    expect(await post(plan, some(7))).toMatchObject({ status: 200 });
    expect(proxy?.counts).toMatchObject({ requests: 2, poisoned: 1, untouched: 1, itemsWritten: 7 });
  });

  it('responds with a fatal error from the configured request on', async () => {
    const plan: FaultPlan = { fatal: { fromRequest: 2, code: 'AccessDeniedException' } };
    expect(await post(plan)).toMatchObject({ status: 200 });
    expect(await post(plan)).toMatchObject({ status: 400, text: expect.stringContaining('#AccessDenied') as string });
    expect(proxy?.counts.fatal).toBe(1);
  });

  it('passes other operations', async () => {
    proxy = await startFaultProxy(emulator.endpoint, { faults: { resetBefore: 1 } });
    const client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'us-east-1', credentials: dummyCredentials });
    expect((await client.send(new ListTablesCommand({}))).TableNames).toContain(table);
    expect(proxy.counts.others).toBe(1);
    client.destroy();
  });

  it('calls the hook for each batch, and injects no faults after cease', async () => {
    const seen: string[] = [];
    const plan: FaultPlan = {
      faults: { throttling: 1 },
      onRequest: ({ number, table: name, items }) => void seen.push(`${number} ${name} ${items.length}`),
    };
    expect(await post(plan)).toMatchObject({ status: 400 });
    proxy?.stopFaults();
    expect(await post(plan)).toMatchObject({ status: 200 });
    expect(seen).toEqual([`1 ${table} 10`, `2 ${table} 10`]);
  });

  it('counts the concurrent requests per key, and compares number keys by value', async () => {
    const plan: FaultPlan = { keys: ['id'], onRequest: () => new Promise((resolve) => setTimeout(resolve, 50)) };
    proxy = await startFaultProxy(emulator.endpoint, plan);
    await Promise.all([
      post(plan, [{ id: { N: '1' } }]),
      post(plan, [{ id: { N: '1.0' } }]),
      post(plan, [{ id: { N: '2' } }]),
    ]);
    await post(plan, [{ id: { N: '2' } }]);
    expect([...proxy.inFlightPerKey.values()].sort()).toEqual([1, 2]);
    expect(proxy.inFlightRequests).toBe(3);
  });

  it('loses no items if the client retries', async () => {
    const faults = Object.fromEntries(faultKinds.map((kind) => [kind, kind.startsWith('late') ? 0 : 0.04]));
    proxy = await startFaultProxy(emulator.endpoint, { faults, keys: ['id'], delayMs: 5 });
    const client = new DynamoDBClient({
      endpoint: proxy.endpoint,
      region: 'us-east-1',
      credentials: dummyCredentials,
      maxAttempts: 1,
    });
    const items = some(2_000);
    const send = async (batch: Item[]) => {
      let left = batch.map((Item) => ({ PutRequest: { Item } }));
      while (left.length > 0) {
        const answer = await client
          .send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }))
          .catch(() => undefined);
        if (answer !== undefined) left = (answer.UnprocessedItems?.[table] ?? []) as typeof left;
      }
    };
    for (let start = 0; start < items.length; start += 200) {
      await Promise.all(Array.from({ length: 8 }, (_, n) => send(items.slice(start + n * 25, start + n * 25 + 25))));
    }
    client.destroy();
    expect(describeDifferences(items, await scanAll(emulator.client, table), ['id'])).toEqual([]);
    expect(Object.values(proxy.counts.faults).filter((count) => count > 0).length).toBeGreaterThan(8);
    expect(Math.max(...proxy.inFlightPerKey.values())).toBe(1);
  });
});
