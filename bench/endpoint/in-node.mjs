// Replaces main.cpp on machines without a C++ compiler: same options, responses and counts. It uses about as much CPU as
// the client, so a small machine shows lower rates, but the same CPU seconds of the client.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseJson } from '../../build/json.mjs';
import { StandInTable } from './stand-in-table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    latency: { type: 'string', default: '0' },
    wcu: { type: 'string', default: '0' },
    'partition-wcu': { type: 'string', default: '0' },
    pk: { type: 'string', default: 'id' },
    sk: { type: 'string', default: '' },
    trace: { type: 'string', default: '0' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});
const latencyMs = Number(values.latency);
const table = new StandInTable({
  wcu: Number(values.wcu),
  partitionWcu: Number(values['partition-wcu']),
  pk: values.pk,
  sk: values.sk,
  traceMs: Number(values.trace),
});
let connections = 0;
let mostConnections = 0;

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(request, response) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (request)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const { status, content } = table.answer(operation, parseJson(body.toString()), body.length);
  const answer = Buffer.from(JSON.stringify(content));
  if (latencyMs > 0) await wait(latencyMs);
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'content-length': answer.length });
  response.end(answer);
}

/** @type {import('node:http').RequestListener} */
const listener = (request, response) => {
  serve(request, response).catch(() => response.destroy());
};
const server =
  values.cert === undefined || values.key === undefined
    ? createServer(listener)
    : createTlsServer({ cert: readFileSync(values.cert), key: readFileSync(values.key) }, listener);
server.on('connection', (/** @type {import('node:net').Socket} */ socket) => {
  connections += 1;
  mostConnections = Math.max(mostConnections, connections);
  socket.once('close', () => (connections -= 1));
});
server.listen(Number(positionals[0] ?? 0), '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`listening ${address.port}\n`);
});
process.stdin.resume().on('end', () => {
  const { user, system } = process.cpuUsage();
  const counts = { ...table.report(), connections: mostConnections, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(0));
});
