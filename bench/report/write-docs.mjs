import { readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from '../places.mjs';
import { plot } from './plot.mjs';
import { say } from './say.mjs';
import { sections } from './sections.mjs';
import { markdownTable } from './table.mjs';

const page = projectPath('docs/benchmarks.md');
const picture = projectPath('docs/performance.svg');

/**
 * Writes the results into the marked sections of docs/benchmarks.md, and the plot beside it. Sections without new
 * results stay as they are.
 * @param {import('./results.mjs').Results} results
 */
export function writeDocs(results) {
  let text = readFileSync(page, 'utf8');
  const measured = sections(results);
  for (const name of new Set(measured.map((section) => section.name))) {
    const content = measured.filter((section) => section.name === name).map(markdownSection);
    text = replaceMarked(text, name, content.join('\n\n'));
  }
  writeFileSync(page, text);
  const drawn = plot(results);
  if (drawn !== undefined) writeFileSync(picture, drawn);
  say('docs/benchmarks.md is up to date.');
}

/** @param {import('./section.mjs').Section} section */
function markdownSection({ title, from, command, heads, rows, notes }) {
  const said = notes.map((note) => `\n${note}\n`).join('');
  return `**${title}**\n\n${markdownTable(heads, rows)}\n${said}\n\`${command}\`, ${from}`;
}

/**
 * @param {string} text
 * @param {string} name
 * @param {string} content
 * @throws if the page lacks the marks
 */
function replaceMarked(text, name, content) {
  const open = `<!-- bench:${name} -->`;
  const close = `<!-- /bench:${name} -->`;
  const from = text.indexOf(open);
  const to = text.indexOf(close);
  if (from === -1 || to < from) throw new Error(`docs/benchmarks.md has no ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${content}\n${text.slice(to)}`;
}
