import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsMarkdown } from '../../../src/options/markdown.ts';

const regenerate =
  `npm run build && node -e "import('./.cache/compiled/src/options/markdown.js')` +
  `.then((m) => fs.writeFileSync('docs/options.md', m.optionsMarkdown()))"`;

it('docs/options.md matches the table of options', () => {
  const file = readFileSync(new URL('../../../docs/options.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  expect(file, `regenerate it: ${regenerate}`).toBe(optionsMarkdown());
});
