import { compiled } from '../compile.mjs';
import { here } from '../places.mjs';
import { certificate } from './certificate.mjs';
import { startListening } from './listening.mjs';

/**
 * @typedef {object} Received what the null endpoint saw
 * @property {number} items accepted
 * @property {number} distinct keys among them
 * @property {number} requests BatchWriteItem requests
 * @property {number} bytes of their bodies
 * @property {number} unprocessed items returned as unprocessed
 * @property {number} partlyProcessed answers that gave some items back
 * @property {number} throttledRequests answers with status 400 that took no item
 * @property {number} oversize requests of more than 25 items
 * @property {number} seconds from the first write to the last
 * @property {number} firstWriteEpochMs
 * @property {number} traceMs
 * @property {number[]} trace items in each step of `traceMs` since the first write
 * @property {number} connections open at once at most
 * @property {number} cpuSeconds the endpoint's own
 *
 * @typedef {object} EndpointOptions
 * @property {number} [port] 0, the default: one that the system chooses
 * @property {number} [latencyMs] 0
 * @property {boolean} [https]
 * @property {number} [wcu] write units a second, one for each item; no limit
 * @property {number} [partitionWcu] the same for each value of the partition key
 * @property {string} [pk] id
 * @property {string} [sk] none
 * @property {number} [traceMs] no trace
 *
 * @typedef {object} NullEndpoint
 * @property {string} url
 * @property {number} port
 * @property {string | undefined} authority the certificate to trust, where it speaks HTTPS
 * @property {() => Promise<Received>} stop
 */

/** Where it cannot be compiled. */
const inNode = { command: process.execPath, args: [here('endpoint/in-node.mjs')], tls: true };

/** How the null endpoint is started on this machine. */
const prepared = prepare();

/** What there is to say about the null endpoint on this machine, if anything. */
export const endpointNote =
  prepared.command === process.execPath
    ? 'No C++ compiler (or no Linux): the null endpoint runs in Node and takes CPU time of its own, so rates are lower.'
    : undefined;

/**
 * Starts a null endpoint for one run, in a process of its own, on the loopback address.
 * @param {EndpointOptions} [options]
 * @returns {Promise<NullEndpoint>}
 * @throws where the port is taken, or HTTPS is asked for and there is no openssl
 */
export async function startEndpoint(options = {}) {
  const files = options.https === true ? certificate() : undefined;
  if (options.https === true && files === undefined) throw new Error('openssl is not installed: no certificate');
  const started = files !== undefined && !prepared.tls ? inNode : prepared;
  const { port, stop } = await startListening(started.command, [...started.args, ...flags(options, files)]);
  return {
    url: `${files === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    authority: files?.certificate,
    stop: async () => /** @type {Received} */ (await stop()),
  };
}

function prepare() {
  const source = 'endpoint/main.cpp';
  const withTls = compiled('null-endpoint', source, ['-DWITH_TLS', '-lssl', '-lcrypto']);
  if (withTls !== undefined) return { command: withTls, args: [], tls: true };
  const plain = compiled('null-endpoint-http', source);
  return plain === undefined ? inNode : { command: plain, args: [], tls: false };
}

/**
 * @param {EndpointOptions} options
 * @param {{ certificate: string, key: string } | undefined} files
 */
function flags(options, files) {
  const given = {
    '--latency': options.latencyMs,
    '--wcu': options.wcu,
    '--partition-wcu': options.partitionWcu,
    '--pk': options.pk,
    '--sk': options.sk,
    '--trace': options.traceMs,
    '--cert': files?.certificate,
    '--key': files?.key,
  };
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)]));
  return [String(options.port ?? 0), ...named];
}
