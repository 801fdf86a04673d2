import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';

/**
 * @typedef {object} Origin where and when figures come from
 * @property {string} date
 * @property {string} command
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryGb
 * @property {string} system
 * @property {string} node
 * @property {number} load load average of the minute before the run; above 0 the figures are worse than they could be
 */

/**
 * @param {string} command
 * @returns {Origin}
 */
export function originOf(command) {
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    cpu: (cpus()[0]?.model ?? 'unknown CPU').trim(),
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.version,
    load: loadavg()[0] ?? 0,
  };
}

/** @param {Origin} origin */
export function originText({ date, cpu, cores, memoryGb, system, node, load }) {
  return `${date}, Node ${node.replace(/^v/, '')}, ${cores} × ${cpu}, ${memoryGb} GB, ${system}, load ${load.toFixed(1)} before`;
}
