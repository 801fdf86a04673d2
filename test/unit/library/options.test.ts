import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionsOf, type OptionKey } from '../../../src/options/table.ts';

describe('LoadOptions', () => {
  /** Options of the command line only. */
  const commandLineOnly = ['json', 'quiet', 'verbose', 'noColor', 'reportEvery', 'config', 'printPolicy'] as const;

  it('has exactly the options of direct', () => {
    const source = readFileSync(new URL('../../../src/library/options.ts', import.meta.url), 'utf8');
    const body = /interface LoadOptions \{(.*?)\n\}/s.exec(source)?.[1] ?? '';
    const named = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name ?? '');
    const own = ['sources', 'input', 'signal', 'onProgress', 'progressEveryMs', 'onMessage'];
    const keys = optionsOf('direct').map(([key]) => key);
    const expected = keys.filter((key) => !(commandLineOnly as readonly OptionKey[]).includes(key));
    expect(named.filter((name) => !own.includes(name)).sort()).toEqual([...expected].sort());
  });
});
