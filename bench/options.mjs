import { parseArgs } from 'node:util';
import { contenderNames } from './contenders/list.mjs';

/** All measures in the order in which they run: the comparison, then those of csv2ddb alone. */
const measureNames = /** @type {const} */ ([
  ...['workloads', 'start', 'memory', 'concurrency', 'throttled'],
  ...['dialects', 'cutting', 'function'],
]);

export const usage = `npm run bench -- [options] [-- options of csv2ddb]
  --only a,b            loaders: ${contenderNames.join(', ')}
  --measures a,b        measures: ${measureNames.join(', ')}
  --latency 0,6,50      latency of the endpoint in milliseconds
  --bytes 120,1024      size of a record
  --https               run each workload over HTTPS also
                        Default for these three: 120 bytes at 0, 6 and 50 ms, 1,024 bytes, and HTTPS.
  --rounds 3            rounds per median; the loaders take turns in each round
  --seconds 5           target duration of a run, which sets its number of records; csv2ddb and the SDK loop
                        get more, so that their code is warm
  --records 1000000     records of csv2ddb per run, to which results are scaled; overrides --seconds, so use it
                        with --latency 0
  --peer-records N      the same for the other loaders, or for some: sdk=1000000,boto3=200000
  --write-docs          write docs/benchmarks.md and its plot from the results
A run with --only or options of csv2ddb writes results-tried.json instead of results.json, unless --write-docs is given.`;

/**
 * @typedef {object} Workload
 * @property {import('./records.mjs').RecordBytes} bytes
 * @property {number} latencyMs
 * @property {import('./contenders/list.mjs').Protocol} protocol
 *
 * @typedef {object} Options
 * @property {string[]} only
 * @property {string[]} measures
 * @property {Workload[]} workloads
 * @property {number} rounds
 * @property {number} seconds
 * @property {number | undefined} records
 * @property {Map<string, number>} peerRecords `''` holds for those that are not named
 * @property {boolean} writeDocs
 * @property {string[]} more options of csv2ddb
 * @property {boolean} trial not all contenders, or csv2ddb not as it comes; and not for the page
 * @property {string} command as it was given
 */

/**
 * @param {string[]} words
 * @returns {Options}
 * @throws if an option is invalid
 */
export function parseOptions(words) {
  const cut = words.indexOf('--');
  const own = cut === -1 ? words : words.slice(0, cut);
  const { values } = parseArgs({
    args: own,
    options: {
      only: { type: 'string' },
      measures: { type: 'string' },
      latency: { type: 'string' },
      bytes: { type: 'string' },
      https: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '5' },
      records: { type: 'string' },
      'peer-records': { type: 'string' },
      'write-docs': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  return {
    only: chosen('only', values.only, contenderNames),
    measures: chosen('measures', values.measures, measureNames),
    workloads: workloads(values.latency, values.bytes, values.https),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds),
    records: values.records === undefined ? undefined : whole('records', values.records),
    peerRecords: peerRecords(values['peer-records']),
    writeDocs: values['write-docs'],
    trial: !values['write-docs'] && (values.only !== undefined || cut !== -1),
    more: cut === -1 ? [] : words.slice(cut + 1),
    command: [
      'npm run bench',
      ...(words.length === 0 ? [] : ['--', ...words.filter((word) => word !== '--write-docs')]),
    ].join(' '),
  };
}

/**
 * @param {string | undefined} latency
 * @param {string | undefined} bytes
 * @param {boolean} https
 * @returns {Workload[]}
 */
function workloads(latency, bytes, https) {
  if (latency === undefined && bytes === undefined && !https) {
    return [
      { bytes: 120, latencyMs: 0, protocol: 'http' },
      { bytes: 120, latencyMs: 6, protocol: 'http' },
      { bytes: 120, latencyMs: 50, protocol: 'http' },
      { bytes: 1024, latencyMs: 0, protocol: 'http' },
      { bytes: 120, latencyMs: 0, protocol: 'https' },
    ];
  }
  const latencies = (latency ?? '0').split(',').map((text) => notNegative('latency', text));
  const sizes = (bytes ?? '120').split(',').map(recordBytes);
  /** @type {import('./contenders/list.mjs').Protocol[]} */
  const protocols = https ? ['http', 'https'] : ['http'];
  return protocols.flatMap((protocol) =>
    sizes.flatMap((size) => latencies.map((latencyMs) => ({ bytes: size, latencyMs, protocol }))),
  );
}

/** @param {string} text */
function recordBytes(text) {
  if (text === '120') return 120;
  if (text === '1024') return 1024;
  throw new Error(`--bytes takes 120 and 1024, not ${text}`);
}

/** @param {string | undefined} text */
function peerRecords(text) {
  const pairs = (text ?? '').split(',').filter((part) => part !== '');
  return new Map(
    pairs.map((pair) => {
      const [name = '', count] = pair.includes('=') ? pair.split('=') : ['', pair];
      if (name !== '' && !contenderNames.includes(name)) throw new Error(`--peer-records: there is no ${name}`);
      return [name, whole('peer-records', count ?? '')];
    }),
  );
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {readonly string[]} known
 */
function chosen(name, text, known) {
  const words = text === undefined ? [...known] : text.split(',');
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`--${name} takes ${known.join(', ')}, not ${unknown}`);
  return words;
}

/**
 * @param {string} name
 * @param {string} text
 */
function whole(name, text) {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`--${name} takes a whole number above 0, not ${text}`);
}

/**
 * @param {string} name
 * @param {string} text
 */
function notNegative(name, text) {
  const number = Number(text);
  if (text !== '' && number >= 0 && Number.isFinite(number)) return number;
  throw new Error(`--${name} takes numbers of 0 and above, not ${text}`);
}
