// Replaces S3 and SQS with a server that keeps everything in memory, so that only the function is measured.
//   endpoint.mjs --file KEY=PATH [--text KEY=TEXT]
// Listens on 127.0.0.1, prints `listening PORT`, and when standard input ends what it was asked for, as a line of JSON.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { parseJson } from '../../build/json.mjs';
import { NullBucket } from './bucket.mjs';
import { NullQueue } from './queue.mjs';

/** Requests that are listed one by one. */
const mostTold = 1_000;
const fileChunkBytes = 256 * 1024;

const { values } = parseArgs({
  options: { file: { type: 'string', multiple: true }, text: { type: 'string', multiple: true } },
});
const bucket = new NullBucket();
const queue = new NullQueue();
/** @type {Record<string, number>} */
const s3 = { GET: 0, HEAD: 0, PUT: 0, LIST: 0, DELETE: 0 };
/** @type {Record<string, number>} */
const sqs = {};
/** @type {string[]} */
const sequence = [];

for (const [key, path] of pairs(values.file)) bucket.addFile(key, path);
for (const [key, text] of pairs(values.text)) {
  const none = { query: new URLSearchParams(), headers: {} };
  bucket.answer({ method: 'PUT', key, body: Buffer.from(text), ...none });
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(request, response) {
  /** @type {Buffer[]} */
  const chunks = [];
  for await (const chunk of /** @type {AsyncIterable<Buffer>} */ (request)) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const target = request.headers['x-amz-target'];
  if (target === undefined) await serveBucket(request, response, body);
  else await serveQueue(String(target).split('.').at(-1) ?? '', response, body);
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {Buffer} body
 */
async function serveBucket({ method = '', url = '', headers }, response, body) {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const kind = key === '' ? 'LIST' : method;
  const answer = bucket.answer({ method, key, query, headers, body });
  s3[kind] = (s3[kind] ?? 0) + 1;
  tell(`${kind} ${inWords(key || (query.get('prefix') ?? ''))}${answer.status >= 400 ? `: ${answer.status}` : ''}`);
  response.writeHead(answer.status, answer.headers);
  if (answer.file === undefined || method === 'HEAD') response.end(method === 'HEAD' ? undefined : answer.body);
  else {
    const { path, start, end } = answer.file;
    await pipeline(createReadStream(path, { start, end, highWaterMark: fileChunkBytes }), response);
  }
}

/**
 * @param {string} operation
 * @param {import('node:http').ServerResponse} response
 * @param {Buffer} body
 */
async function serveQueue(operation, response, body) {
  const content = /** @type {import('./queue.mjs').Content} */ (parseJson(body.toString()));
  const answer = await queue.answer(operation, content);
  // A look at an empty queue, by which the run ends, is none of the job's.
  if (!JSON.stringify(answer).includes('"Messages":[]')) {
    sqs[operation] = (sqs[operation] ?? 0) + 1;
    tell(operation);
  }
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
}

/** @param {string} request */
function tell(request) {
  if (sequence.length < mostTold) sequence.push(request);
}

/**
 * What lies under a key.
 * @param {string} key
 */
function inWords(key) {
  if (key.startsWith('import/')) return 'object';
  const [, folder = '', , name = '', task] = key.split('/');
  if (folder === 'heads') return 'head';
  if (folder === 'open') return 'open mark';
  if (folder === 'settings') return 'settings';
  return task === undefined ? name : `task ${task}`;
}

/**
 * @param {readonly string[] | undefined} words
 * @returns {[string, string][]}
 */
function pairs(words = []) {
  return words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
// Longer than the time between two checkpoints.
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`listening ${port}\n`);
});
process.stdin.resume().on('end', () => {
  process.stdout.write(`${JSON.stringify({ s3, sqs, sequence })}\n`, () => process.exit(0));
});
