import type { RawOptions } from '../../../src/options/raw-options.ts';
import type { ProcessContext } from '../../../src/options/resolve.ts';
import type { OptionKey } from '../../../src/options/table.ts';

export type Texts = Partial<Record<OptionKey, string>>;

/** Returns options as given on the command line and in the environment. */
export function makeRawOptions(flags: Texts, environment: Texts = {}): RawOptions {
  const of = (texts: Texts, from: 'flag' | 'environment') =>
    (Object.entries(texts) as [OptionKey, string][]).map(([key, text]) => [key, { text, from }] as const);
  return new Map([...of(environment, 'environment'), ...of(flags, 'flag')]);
}

export const processContext: ProcessContext = {
  env: {},
  stdinIsTerminal: true,
  isFile: (path) => path === 'people.csv',
};
