/** Records of csv2ddb where nothing is said: as many as results are scaled to. */
const usual = 1_000_000;
/** csv2ddb may take this many times `--seconds`: its rate climbs if there is latency. */
const patience = 2;
const itemsPerRequest = 25;
/** From here on the latency sets the pace, and how warm the code is counts for little. */
const farMs = 20;

/**
 * How many records a contender gets in each run: as many as asked for, else what it loads in the time of a run, by a first,
 * shorter run.
 * @param {import('../contenders/list.mjs').Contender} contender
 * @param {import('../options.mjs').Workload} workload
 * @param {import('../options.mjs').Options} options
 * @param {(count: number) => Promise<number>} seconds for this many records, without the start of the process
 */
export async function howMany(contender, workload, options, seconds) {
  const own = contender.name === 'csv2ddb';
  const asked = own ? options.records : (options.peerRecords.get(contender.name) ?? options.peerRecords.get(''));
  if (asked !== undefined) return asked;
  const perSecond = Math.min(
    contender.recordsPerCpuSecond / (workload.bytes === 120 ? 1 : 2),
    workload.latencyMs === 0 ? Infinity : (contender.inFlight * itemsPerRequest * 1000) / workload.latencyMs,
  );
  const pilot = roundNumber(Math.max(itemsPerRequest * 4, perSecond));
  const rate = pilot / Math.max(0.05, await seconds(pilot));
  const count = roundNumber(rate * options.seconds * (own ? patience : 1));
  const least = workload.latencyMs < farMs ? (contender.leastRecords ?? 0) : 0;
  return Math.min(Math.max(count, least), usual);
}

/**
 * 1, 2 or 5 and zeros, so that few files serve many runs.
 * @param {number} count
 */
function roundNumber(count) {
  const power = 10 ** Math.floor(Math.log10(count));
  return (count >= power * 5 ? 5 : count >= power * 2 ? 2 : 1) * power;
}
