import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { optionsMarkdown } from '../../../src/options/markdown.ts';

const renew =
  `npm run build && node -e "import('./dist/src/options/markdown.js')` +
  `.then((m) => fs.writeFileSync('docs/options.md', m.optionsMarkdown()))"`;

it('docs/options.md says what the table of options says', () => {
  const file = readFileSync(new URL('../../../docs/options.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n');
  expect(file, `renew it: ${renew}`).toBe(optionsMarkdown());
});
