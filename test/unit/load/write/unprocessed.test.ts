import { describe, expect, it } from 'vitest';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Window } from '../../../../src/load/order/window.ts';
import { findUnprocessed } from '../../../../src/load/write/unprocessed.ts';
import { bufferRecord } from '../../../helpers/buffer-record.ts';

function batchOf(...keys: string[]): Entry[] {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, false);
  return keys.map((key) => bufferRecord(window, frontier, { key }));
}

const item = (key: string): Record<string, unknown> => ({ id: { S: key } });
const keyOf = ({ id }: Record<string, unknown>): string | undefined => (id as { S: string } | undefined)?.S;

describe('findUnprocessed', () => {
  const batch = batchOf('a', 'b', 'c');

  it('returns nothing if the response lists no item', () => {
    expect(findUnprocessed(batch, [], keyOf)?.size).toBe(0);
  });

  it('returns the entries of the listed items, each once', () => {
    expect(findUnprocessed(batch, [item('c'), item('a'), item('c')], keyOf)).toEqual(new Set([batch[2], batch[0]]));
  });

  it.each([
    ['an item that was not sent', item('d')],
    ['an item without a key', {}],
  ])('returns undefined if the response lists %s', (_, other) => {
    expect(findUnprocessed(batch, [item('a'), other], keyOf)).toBeUndefined();
  });
});
