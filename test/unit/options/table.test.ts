import { describe, expect, it } from 'vitest';
import { commands } from '../../../src/options/commands.ts';
import { allOptions } from '../../../src/options/table.ts';

const options = allOptions().map(([, option]) => option);
const summaries = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
const operands = Object.entries(commands).flatMap(([name, { operand }]) =>
  operand === undefined ? [] : [[`${name} ${operand.usage}`, operand.help] as const],
);
const examples = Object.entries(commands).flatMap(([name, command]) =>
  Object.keys(command.examples).map((purpose) => [name, purpose] as const),
);

describe('every description in the help is a short phrase', () => {
  it.each([...options.map(({ name, help }) => [`--${name}`, help] as const), ...summaries, ...operands, ...examples])(
    '%s: %s',
    (_, text) => {
      expect(text.length).toBeLessThanOrEqual(69);
      // Neither a sentence nor a second one: those are in `details`.
      expect(text).not.toMatch(/\.$|\. [A-Z]/);
      expect(text).toMatch(/^([a-z-]|AWS|YAML)/);
    },
  );
});

it('details of an option are sentences', () => {
  const details = options.flatMap((option) => option.details ?? []);
  expect(details.length).toBeGreaterThan(10);
  expect(details.filter((text) => !/^[^.].*[^.]\.$/.test(text))).toEqual([]);
});
