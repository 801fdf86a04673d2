import { costOf } from './prices.mjs';
import { head } from './section.mjs';
import { grouped, percent } from './table.mjs';

/**
 * @typedef {import('./section.mjs').Section} Section
 * @typedef {import('../measures/function.mjs').JobRun & ReturnType<typeof costOf>} Costed
 */

/**
 * @param {NonNullable<import('./results.mjs').Results['cutting']>} result
 * @returns {Section}
 */
export function cuttingSection(result) {
  return {
    ...head('cutting', `Cutting an object into ${result.parallel} ranges`, result),
    heads: ['object', 'ranges', 'GB/s', 'GB/CPU s', 'peak MB'],
    rows: result.cuts.map(({ from, bytes, ranges, gbPerSecond, gbPerCpuSecond, peakMb }) => [
      `${(bytes / 1e9).toFixed(1)} GB, from ${from}`,
      String(ranges),
      gbPerSecond.toFixed(2),
      gbPerCpuSecond.toFixed(2),
      peakMb === undefined ? '' : peakMb.toFixed(0),
    ]),
    notes: [`Medians of ${result.rounds}. No range is smaller than 1 MiB.`],
  };
}

/**
 * @param {NonNullable<import('./results.mjs').Results['function']>} result
 * @returns {Section[]}
 */
export function functionSections(result) {
  const { start, jobs, rounds } = result;
  const costs = jobs.map((run) => ({ ...run, ...costOf(run) }));
  const handOver = handOverNote(costs);
  const small = costs.at(-1);
  return [
    {
      ...head('function', 'The function’s package', result),
      heads: ['what', 'size, time'],
      rows: [
        ['zipped', `${(start.zipBytes / 1000).toFixed(0)} kB`],
        ['unpacked', `${(start.unpackedBytes / 1000).toFixed(0)} kB`],
        [
          `until its handler is loaded, after the ${start.emptyMs.toFixed(0)} ms of Node`,
          `${start.readyMs.toFixed(0)} ms`,
        ],
        ['peak memory until then', `${start.peakMb.toFixed(0)} MB`],
        ['of an empty Node process', `${start.emptyPeakMb.toFixed(0)} MB`],
      ],
      notes: ['Medians of 10.'],
    },
    {
      ...head('function', 'Jobs, from the event of S3 to their end', result),
      heads: [
        'job',
        ...['invocations', 'billed s', 'GB-s', 'CPU s', 'peak MB', 'GET, HEAD', 'PUT, LIST', 'DELETE', 'SQS'],
      ],
      rows: costs.map(({ kind, invocations, billedMs, gbSeconds, cpuSeconds, peakMb, asked: { s3 }, sqsRequests }) => [
        titleOf(kind),
        String(invocations),
        (billedMs / 1000).toFixed(2),
        gbSeconds.toFixed(2),
        cpuSeconds.toFixed(2),
        peakMb.toFixed(0),
        ...[s3.GET + s3.HEAD, s3.PUT + s3.LIST, s3.DELETE, sqsRequests].map(grouped),
      ]),
      notes: [
        `The median of ${rounds} by CPU seconds. Billed seconds include loading the package once, and each invocation, by the clock of ` +
          'this machine. Invocations follow each other. On a dedicated CPU a job is billed for little more than its CPU seconds. ' +
          'SQS requests include those of S3 and of the event source mapping.',
      ],
    },
    {
      ...head('function', 'Their price, in US$', result),
      heads: ['job', 'time', 'invocations', 'S3', 'SQS', 'total', 'write units', 'share'],
      rows: costs.map(({ kind, dollars, together, writeUnits }) => [
        titleOf(kind),
        ...[dollars.time, dollars.invocations, dollars.s3, dollars.sqs, together, writeUnits].map(money),
        percent(together / writeUnits),
      ]),
      notes: [
        'A function of 1,769 MB on arm64 in us-east-1, an on-demand table, no free tier. `bench/report/prices.mjs` has prices and sources. Share: total, relative to the write units.',
        ...(handOver === undefined ? [] : [handOver]),
      ],
    },
    ...(small === undefined ? [] : [sequenceSection(small, result)]),
  ];
}

/** @param {import('../measures/function.mjs').JobKind} kind */
const titleOf = ({ title, records }) => (title.startsWith(grouped(records)) ? title : `${grouped(records)}, ${title}`);

/** @param {number} dollars */
const money = (dollars) => (dollars === 0 ? '0' : dollars.toFixed(dollars < 0.000_1 ? 7 : 5));

/**
 * Returns what a hand-over costs: from the same job with hand-overs, and from a small job without a checkpoint.
 * @param {readonly Costed[]} costs
 */
function handOverNote(costs) {
  const handed = costs.find(({ kind, invocations }) => kind.parallel === 1 && invocations > 1);
  const small = costs.at(-1);
  if (handed === undefined || small === undefined) return undefined;
  const times = handed.invocations - small.invocations;
  /** @param {(run: Costed) => number} count */
  const each = (count) => (count(handed) - count(small)) / times;
  const gets = each(({ asked: { s3 } }) => s3.GET + s3.HEAD);
  const puts = each(({ asked: { s3 } }) => s3.PUT + s3.LIST);
  const requests = each(({ sqsRequests }) => sqsRequests);
  const dollars = each((run) => run.together - run.dollars.time);
  return (
    `Each of ${times} hand-overs took ${round(gets)} GETs and HEADs, ${round(puts)} PUTs, ${round(requests)} SQS requests and an invocation, ` +
    `US$${money(dollars)} without its time. No record was written for ${handed.pauseMs} ms (S3 and SQS respond at once here).`
  );
}

/** @param {number} number */
const round = (number) => String(Math.round(number * 10) / 10);

/**
 * @param {import('../measures/function.mjs').JobRun} run
 * @param {{ origin: import('./machine.mjs').Origin }} from
 * @returns {Section}
 */
function sequenceSection({ kind, asked: { sequence } }, from) {
  /** @type {string[][]} */
  const looks = [];
  for (const [index, request] of sequence.entries()) {
    const isLook = request.startsWith('GET head') && sequence[index + 1]?.startsWith('HEAD') === true;
    if (isLook || looks.length === 0) looks.push([]);
    looks.at(-1)?.push(request);
  }
  return {
    ...head(
      'function',
      `Requests of a job of ${grouped(kind.records)} records, in order, one line per look at its state`,
      from,
    ),
    heads: ['requests', ''],
    rows: looks.map((requests) => [requests.join(', '), String(requests.length)]),
    notes: ['A number after a request is its error status.'],
  };
}
