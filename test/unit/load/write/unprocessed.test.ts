import { describe, expect, it } from 'vitest';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Window } from '../../../../src/load/order/window.ts';
import { givenBack } from '../../../../src/load/write/unprocessed.ts';
import { admitRecord } from '../../../helpers/admit.ts';

function batchOf(...keys: string[]): Entry[] {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, false);
  return keys.map((key) => admitRecord(window, frontier, { key }));
}

const item = (key: string): Record<string, unknown> => ({ id: { S: key } });
const keyOf = ({ id }: Record<string, unknown>): string | undefined => (id as { S: string } | undefined)?.S;

describe('what an answer gives back', () => {
  const batch = batchOf('a', 'b', 'c');

  it('is nothing where it names no item', () => {
    expect(givenBack(batch, [], keyOf)?.size).toBe(0);
  });

  it('are the entries of the items it names, each once', () => {
    expect(givenBack(batch, [item('c'), item('a'), item('c')], keyOf)).toEqual(new Set([batch[2], batch[0]]));
  });

  it.each([
    ['an item that was not sent', item('d')],
    ['an item without a key', {}],
  ])('cannot be believed where it names %s', (_, strange) => {
    expect(givenBack(batch, [item('a'), strange], keyOf)).toBeUndefined();
  });
});
