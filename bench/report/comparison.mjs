import { grouped, times } from './table.mjs';

/**
 * What a workload is, in words.
 * @param {import('../options.mjs').Workload} workload
 */
export function workloadTitle({ bytes, latencyMs, protocol }) {
  const size = bytes === 120 ? '120 bytes' : '1 KB';
  return `${size}, ${latencyMs} ms, ${protocol.toUpperCase()}`;
}

export const comparisonHeads = [
  'contender',
  'version',
  'records',
  'records/s',
  'CPU s/million',
  'peak MB',
  'csv2ddb/CPU s',
  'csv2ddb/s',
];

/**
 * Returns the table rows of one workload, and notes about loaders that were left out or failed.
 * @param {import('../measures/workloads.mjs').WorkloadResult} result
 */
export function comparisonRows({ standings }) {
  const own = standings.find(({ name }) => name === 'csv2ddb')?.figures;
  const rows = standings.flatMap(({ title, version, figures }) =>
    figures === undefined
      ? []
      : [
          [
            title,
            version ?? '',
            grouped(figures.records),
            grouped(figures.recordsPerSecond),
            figures.cpuSecondsPerMillion.toFixed(2),
            figures.peakMb.toFixed(0),
            own === undefined ? '' : times(own.recordsPerCpuSecond / figures.recordsPerCpuSecond),
            own === undefined ? '' : times(own.recordsPerSecond / figures.recordsPerSecond),
          ],
        ],
  );
  const notes = standings.flatMap(({ title, leftOut, figures }) => {
    if (leftOut !== undefined) return [`${title} is left out: ${leftOut}`];
    return figures === undefined || figures.arrived === 'each once'
      ? []
      : [`${title}: of its records ${figures.arrived}`];
  });
  return { rows, notes };
}
