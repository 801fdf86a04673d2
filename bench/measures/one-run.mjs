import { startEndpoint } from '../endpoint/start.mjs';
import { measured } from '../process/measured.mjs';

/**
 * @typedef {import('../process/measured.mjs').Used & { received: import('../endpoint/start.mjs').Received }} Run
 */

/**
 * One run of a command, with a null endpoint of its own.
 * @param {import('../endpoint/start.mjs').EndpointOptions} options
 * @param {(endpoint: import('../endpoint/start.mjs').NullEndpoint) => import('../process/measured.mjs').Command} command
 * @returns {Promise<Run>}
 */
export async function oneRun(options, command) {
  const endpoint = await startEndpoint(options);
  /** @type {import('../process/measured.mjs').Used | undefined} */
  let used;
  /** @type {import('../endpoint/start.mjs').Received | undefined} */
  let received;
  try {
    used = await measured(command(endpoint), endpoint);
  } finally {
    received = await endpoint.stop();
  }
  return { ...used, received };
}

/**
 * Whether every record of a file arrived exactly once, in words.
 * @param {import('../endpoint/start.mjs').Received} received
 * @param {number} count of the records
 */
export function arrived({ items, distinct, oversize }, count) {
  const said = [];
  if (distinct < count) said.push(`${count - distinct} lost`);
  if (items > distinct) said.push(`${items - distinct} sent twice`);
  if (oversize > 0) said.push(`${oversize} requests too large`);
  return said.length === 0 ? 'each once' : said.join(', ');
}

/**
 * The same for csv2ddb, which promises it.
 * @param {Run} run
 * @param {number} count
 * @throws where a record is missing or came twice
 */
export function mustArrive({ received }, count) {
  const said = arrived(received, count);
  if (said !== 'each once') throw new Error(`csv2ddb: of ${count} records ${said}`);
}
