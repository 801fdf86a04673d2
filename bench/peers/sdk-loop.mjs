// What one writes without csv2ddb, and writes well: csv-parse as a stream, lib-dynamodb's BatchWriteCommand,
// 25 items a request, 32 requests in flight, with retries of UnprocessedItems.
//   node sdk-loop.mjs FILE TABLE ENDPOINT
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import pLimit from 'p-limit';

const itemsPerRequest = 25;
const requestsInFlight = 32;
const [file = '', table = '', endpoint = ''] = process.argv.slice(2);
const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'us-east-1' }));
const limit = pLimit(requestsInFlight);
/** @type {Set<Promise<void>>} */
const pending = new Set();
let written = 0;

/** @param {Record<string, string>[]} batch */
async function write(batch) {
  /** @type {NonNullable<import('@aws-sdk/lib-dynamodb').BatchWriteCommandInput['RequestItems']>[string]} */
  let requests = batch.map((Item) => ({ PutRequest: { Item } }));
  while (requests.length > 0) {
    const answer = await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    requests = answer.UnprocessedItems?.[table] ?? [];
  }
  written += batch.length;
}

/** @param {Record<string, string>[]} batch */
async function add(batch) {
  // The file is read no faster than it is written.
  while (pending.size >= requestsInFlight) await Promise.race(pending);
  const promise = limit(() => write(batch)).finally(() => pending.delete(promise));
  pending.add(promise);
}

/** @type {Record<string, string>[]} */
let batch = [];
const records = createReadStream(file, { highWaterMark: 1 << 18 }).pipe(parse({ columns: true, bom: true }));
for await (const record of /** @type {AsyncIterable<Record<string, string>>} */ (records)) {
  // DynamoDB tables are usually loaded without the empty fields; so does csv2ddb.
  for (const name in record) if (record[name] === '') Reflect.deleteProperty(record, name);
  if (batch.push(record) < itemsPerRequest) continue;
  await add(batch);
  batch = [];
}
if (batch.length > 0) await add(batch);
await Promise.all(pending);
client.destroy();
process.stdout.write(`${JSON.stringify({ written })}\n`);
