import { originText } from './machine.mjs';

/**
 * @typedef {object} Section a table with what belongs to it
 * @property {string} name of the section of docs/benchmarks.md that contains it
 * @property {string} title
 * @property {string} from machine and date
 * @property {string} command
 * @property {readonly string[]} heads
 * @property {readonly (readonly string[])[]} rows
 * @property {readonly string[]} notes
 */

/**
 * The beginning of a section.
 * @param {string} name
 * @param {string} title
 * @param {{ origin: import('./machine.mjs').Origin }} from
 */
export const head = (name, title, { origin }) => ({ name, title, from: originText(origin), command: origin.command });
