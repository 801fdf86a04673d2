/**
 * @typedef {object} CpuProfile what `node --cpu-prof` writes; times in microseconds
 * @property {{ id: number, callFrame: CallFrame, children?: number[] }[]} nodes
 * @property {number[]} samples node ids
 * @property {number[]} timeDeltas
 *
 * @typedef {object} CallFrame
 * @property {string} functionName
 * @property {string} url
 *
 * @typedef {object} Frame a function as called from one stack, all calls of it merged
 * @property {string} name
 * @property {string} place file, or empty for what is not JavaScript
 * @property {number} selfMicros
 * @property {number} totalMicros with all it calls
 * @property {Map<string, Frame>} children
 */

/** What is no work: the process waits. */
const idle = '(idle)';

/**
 * The call tree of a profile, without the time in which the process waited.
 * @param {CpuProfile} profile
 * @returns {Frame} its root
 */
export function callTree({ nodes, samples, timeDeltas }) {
  /** @type {Map<number, number>} */
  const micros = new Map();
  for (const [index, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));

  /**
   * @param {Frame} into
   * @param {number} id
   */
  const add = (into, id) => {
    const node = byId.get(id);
    if (node === undefined || node.callFrame.functionName === idle) return 0;
    const name = node.callFrame.functionName || '(anonymous)';
    const place = placeOf(node.callFrame.url);
    const key = `${name} ${place}`;
    let frame = into.children.get(key);
    if (frame === undefined) into.children.set(key, (frame = newFrame(name, place)));
    const self = micros.get(id) ?? 0;
    let total = self;
    for (const child of node.children ?? []) total += add(frame, child);
    frame.selfMicros += self;
    frame.totalMicros += total;
    return total;
  };

  const root = newFrame('all', '');
  for (const child of nodes[0]?.children ?? []) root.totalMicros += add(root, child);
  return root;
}

/**
 * @param {string} name
 * @param {string} place
 * @returns {Frame}
 */
const newFrame = (name, place) => ({ name, place, selfMicros: 0, totalMicros: 0, children: new Map() });

/**
 * The part of a URL that tells: `src/load/read/byte-reader`, `undici/lib/dispatcher/client-h1`, `node:net`.
 * @param {string} url
 */
function placeOf(url) {
  const path = url.replace(/\.m?js$/, '');
  const packaged = path.lastIndexOf('/node_modules/');
  if (packaged !== -1) return path.slice(packaged + '/node_modules/'.length);
  const compiled = path.lastIndexOf('/compiled/');
  return compiled === -1 ? path : path.slice(compiled + '/compiled/'.length);
}
