import { otherRoom, roomNames, roomOf } from './rooms.mjs';

const width = 1200;
const rowHeight = 17;
const legendHeight = 40;
/** Of the font below, in units of the drawing. */
const letterWidth = 6.1;
/** Frames with a smaller share of the time are left out. */
const leastShare = 0.003;

const grey = '#c9ccd1';
const colours = [
  ...['#f4a261', '#e9c46a', '#8ecae6', '#a7c957', '#c0d684', '#f28482', '#f6bd60', '#90b4e8', '#b8a1e3', '#84dcc6'],
  ...['#d4a373', '#e5b8d0'],
];

/**
 * Draws a flame graph: each frame is above its caller, and its width is its time with all calls. Colors are rooms. Needs
 * no script: tooltips show the full names.
 * @param {import('./profile.mjs').Frame} root
 * @param {string} title
 * @returns {string} SVG
 */
export function flameGraph(root, title) {
  /** @type {{ text: string, tip: string, room: string, x: number, wide: number, depth: number }[]} */
  const frames = [];
  /**
   * @param {import('./profile.mjs').Frame} frame
   * @param {number} x
   * @param {number} depth
   * @param {string} caller
   */
  const place = (frame, x, depth, caller) => {
    const share = frame.totalMicros / root.totalMicros;
    if (share < leastShare) return;
    const room = roomOf(frame) ?? caller;
    const text = `${frame.name} ${frame.place}`.trim();
    const tip = `${text}: ${percent(share)}, itself ${percent(frame.selfMicros / root.totalMicros)} (${room})`;
    frames.push({ text, tip, room, x, wide: share * width, depth });
    const children = [...frame.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of children) {
      place(child, x, depth + 1, room);
      x += (child.totalMicros / root.totalMicros) * width;
    }
  };
  place(root, 0, 0, otherRoom);

  const deepest = Math.max(...frames.map(({ depth }) => depth));
  const height = legendHeight + (deepest + 1) * rowHeight + 4;
  const drawn = frames.map(({ text, tip, room, x, wide, depth }) => {
    const y = height - 4 - (depth + 1) * rowHeight;
    const letters = Math.floor((wide - 4) / letterWidth);
    const shown = letters < 3 ? '' : text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
    const label = shown === '' ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escaped(shown)}</text>`;
    return (
      `<g><title>${escaped(tip)}</title><rect class="r${roomNames.indexOf(room)}" ` +
      `x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, wide - 0.5).toFixed(1)}" height="${rowHeight - 1}"/>${label}</g>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>text{font:10px ui-monospace,Menlo,Consolas,monospace;fill:#1f2328}.title{font:600 13px system-ui,sans-serif}${roomStyles()}</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text class="title" x="4" y="15">${escaped(title)}</text>
${legend(new Set(frames.map(({ room }) => room)))}
${drawn.join('\n')}
</svg>
`;
}

/** Native code, garbage collection and Node itself are grey: they say nothing about our code. */
const colourOf = (/** @type {number} */ index) => colours[index] ?? grey;

function roomStyles() {
  return roomNames.map((_, index) => `.r${index}{fill:${colourOf(index)}}`).join('');
}

/** @param {Set<string>} shown */
function legend(shown) {
  let x = 4;
  return roomNames
    .flatMap((room, index) => {
      if (!shown.has(room)) return [];
      const at = x;
      x += 24 + room.length * letterWidth;
      return [
        `<rect class="r${index}" x="${at}" y="23" width="10" height="10"/><text x="${at + 14}" y="32">${room}</text>`,
      ];
    })
    .join('');
}

/** @param {number} share */
const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** @param {string} text */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
