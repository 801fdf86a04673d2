import { workloadKey } from './results.mjs';
import { grouped } from './table.mjs';

const width = 760;
const left = 190;
const right = 130;
const barHeight = 20;
const step = 28;
const panelGap = 58;

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {{ name: string, label: string, value: number }[]} bars
 */

/**
 * Horizontal bars for each contender, as SVG: what a CPU second loads, and the rates far from the endpoint. Readable on
 * light and dark pages.
 * @param {import('./results.mjs').Results} results
 * @returns {string | undefined} undefined where nothing was compared
 */
export function plot(results) {
  const panels = [
    panel(results, 0, 'recordsPerCpuSecond', 'Records per CPU second'),
    panel(results, 6, 'recordsPerSecond', 'Records per second, an endpoint 6 ms away'),
    panel(results, 50, 'recordsPerSecond', 'Records per second, an endpoint 50 ms away'),
  ].filter((one) => one !== undefined);
  if (panels.length === 0) return undefined;
  let top = 20;
  const drawn = panels.map((one) => {
    const text = drawPanel(one, top);
    top += panelGap + one.bars.length * step;
    return text;
  });
  const height = top;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="csv2ddb and others, records loaded">
<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600 }
  .page { fill: #ffffff }
  .own { fill: #d9730d }
  .other { fill: #8b98a5 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .page { fill: #0d1117 } .own { fill: #f0883e } .other { fill: #6e7b88 } }
</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${drawn.join('\n')}
</svg>
`;
}

/**
 * @param {import('./results.mjs').Results} results
 * @param {number} latencyMs
 * @param {'recordsPerCpuSecond' | 'recordsPerSecond'} measure
 * @param {string} title
 * @returns {Panel | undefined}
 */
function panel(results, latencyMs, measure, title) {
  const result = results.workloads[workloadKey({ bytes: 120, latencyMs, protocol: 'http' })];
  if (result === undefined) return undefined;
  const bars = result.standings.flatMap(({ name, title: label, figures }) =>
    figures === undefined ? [] : [{ name, label, value: figures[measure] }],
  );
  return { title, bars: bars.sort((a, b) => b.value - a.value) };
}

/**
 * @param {Panel} panel
 * @param {number} top
 */
function drawPanel({ title, bars }, top) {
  const most = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ name, label, value }, index) => {
    const y = top + 18 + index * step;
    const long = Math.max(1, ((width - left - right) * value) / most);
    const middle = y + barHeight / 2 + 5;
    return (
      `<text x="${left - 10}" y="${middle}" text-anchor="end">${label}</text>` +
      `<rect class="${name === 'csv2ddb' ? 'own' : 'other'}" x="${left}" y="${y}" width="${long.toFixed(1)}" height="${barHeight}" rx="2"/>` +
      `<text x="${(left + long + 8).toFixed(1)}" y="${middle}">${grouped(value)}</text>`
    );
  });
  return `<text class="title" x="20" y="${top + 6}">${title}</text>\n${lines.join('\n')}`;
}
