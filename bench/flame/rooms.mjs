/**
 * Who a function works for, by its name and place: the first rule that fits. What fits none (Buffer, arrays, the event
 * loop) works for its caller.
 * @type {readonly [room: string, RegExp][]}
 */
const rules = [
  ['GC', /^\(garbage collector\) /],
  ['native', /^\(program\) /],
  ['hash', /^([Hh]ash|oneShotDigest) node:internal\/crypto\/hash$|^\S+ src\/load\/wire\/.*(hash|sha)/],
  ['signature', /^\S+ src\/(load\/wire\/(sign|clock)|aws\/credentials)/],
  ['answer', /^\S+ src\/load\/wire\/parse-response/],
  ['reader', /^\S+ src\/load\/(read|source)\//],
  ['mapper', /^\S+ src\/load\/map\//],
  ['key, window', /^\S+ src\/load\/order\//],
  ['body', /^\S+ src\/load\/write\/(batch|bod)/],
  ['writer', /^\S+ src\/load\/write\//],
  ['settle', /^\S+ src\/load\/settle\//],
  [
    'socket',
    /^\S+ (src\/(load\/wire|aws\/net)\/|undici\/|node:(net|tls|_tls|http|internal\/(stream|streams|net|tls|timers)))/,
  ],
  ['load, report', /^\S+ src\/(load|report)/],
  ['start', /^\S+ (src\/|bin\/|@aws-sdk\/|@smithy\/|@aws\/|commander|node:internal\/(modules|bootstrap))/],
];

/** Time that belongs to no rule at all. */
export const otherRoom = 'Node';

/** All rooms, in the order in which a record passes them. */
export const roomNames = [
  ...['reader', 'mapper', 'key, window', 'body', 'writer', 'hash', 'signature', 'socket', 'answer', 'settle'],
  ...['load, report', 'start', otherRoom, 'native', 'GC'],
];

/**
 * @param {import('./profile.mjs').Frame} frame
 * @returns {string | undefined}
 */
export function roomOf({ name, place }) {
  const text = `${name.replaceAll(' ', '_')} ${place}`.replace('(garbage_collector)', '(garbage collector)');
  return rules.find(([, rule]) => rule.test(text))?.[0];
}

/**
 * The share of each room in the time of a tree; a function's own time counts for its room, or for that of its nearest
 * caller that has one.
 * @param {import('./profile.mjs').Frame} root
 * @returns {{ room: string, share: number }[]} largest first
 */
export function sharesByRoom(root) {
  /** @type {Map<string, number>} */
  const micros = new Map();
  /**
   * @param {import('./profile.mjs').Frame} frame
   * @param {string} caller
   */
  const walk = (frame, caller) => {
    const room = roomOf(frame) ?? caller;
    micros.set(room, (micros.get(room) ?? 0) + frame.selfMicros);
    for (const child of frame.children.values()) walk(child, room);
  };
  walk(root, otherRoom);
  return [...micros]
    .map(([room, time]) => ({ room, share: time / root.totalMicros }))
    .sort((a, b) => b.share - a.share);
}
