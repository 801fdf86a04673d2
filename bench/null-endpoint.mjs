// The stand-in for null-endpoint.cpp where no C++ compiler is: it answers as that one does, but takes about
// as much CPU as the client, so on a small machine rates are lower (CPU seconds of the client are not).
import { createServer } from 'node:http';
import { parseJson } from './json.mjs';

const latencyMs = Number(process.argv[3] ?? 0);
let items = 0;
let requests = 0;
let bytes = 0;
let oversize = 0;

const table = {
  TableStatus: 'ACTIVE',
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
  ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0, NumberOfDecreasesToday: 0 },
  ItemCount: 0,
  TableSizeBytes: 0,
  CreationDateTime: 1_700_000_000,
};

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on('data', (/** @type {Buffer} */ chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const answer = JSON.stringify(answerTo(String(request.headers['x-amz-target']), body));
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': answer.length });
      response.end(answer);
    }, latencyMs);
  });
});

/**
 * @param {string} target
 * @param {Buffer} body
 */
function answerTo(target, body) {
  if (target.endsWith('.DescribeTable')) {
    const { TableName } = /** @type {{ TableName: string }} */ (parseJson(body.toString()));
    const TableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}`;
    return { Table: { ...table, TableName, TableArn } };
  }
  if (!target.endsWith('.BatchWriteItem')) return {};
  let count = 0;
  for (let at = body.indexOf('"PutRequest":'); at !== -1; at = body.indexOf('"PutRequest":', at + 1)) count += 1;
  requests += 1;
  bytes += body.length;
  items += count;
  if (count > 25) oversize += 1;
  return { UnprocessedItems: {} };
}

server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`listening ${address.port}\n`);
});
process.stdin.resume().on('end', () => {
  process.stdout.write(`${JSON.stringify({ items, requests, bytes, oversize })}\n`, () => process.exit(0));
});
