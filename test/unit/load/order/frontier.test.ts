import { describe, expect, it } from 'vitest';
import { Frontier } from '../../../../src/load/order/frontier.ts';

describe('the frontier', () => {
  it('passes records in file order, regardless of the order of their outcomes', () => {
    const frontier = new Frontier<string>();
    for (const [index, name] of ['a', 'b', 'c'].entries()) frontier.add(name, (index + 1) * 10, index + 2);
    frontier.settle(2, 'written');
    frontier.settle(1, 'rejected', true);
    expect(frontier.pass()).toBeUndefined();
    expect(frontier.writtenAhead).toBe(1);
    frontier.settle(0, 'superseded');
    expect(frontier.pass()).toMatchObject({ sequence: 0, outcome: 'superseded', endOffset: 10, endLine: 2 });
    expect(frontier.pass()).toMatchObject({ sequence: 1, outcome: 'rejected', record: 'b' });
    expect(frontier.pass()).toMatchObject({ sequence: 2, outcome: 'written', record: undefined, endOffset: 30 });
    expect(frontier.pass()).toBeUndefined();
    expect(frontier.writtenAhead).toBe(0);
  });

  it('settles each record only once', () => {
    const frontier = new Frontier<string>();
    frontier.add('a', 1, 1);
    frontier.settle(0, 'written');
    expect(() => {
      frontier.settle(0, 'written');
    }).toThrow('already settled');
    expect(() => {
      frontier.settle(1, 'written');
    }).toThrow('not open');
  });

  it('grows while records are open, and keeps their positions', () => {
    const frontier = new Frontier<number>();
    const count = 100_000;
    for (let n = 0; n < count; n++) frontier.add(n, n * 7, n * 2);
    for (let n = count - 1; n >= 0; n--) frontier.settle(n, 'rejected', true);
    for (let n = 0; n < count; n++) {
      const passed = frontier.pass();
      if (passed?.record !== n || passed.endOffset !== n * 7 || passed.endLine !== n * 2) {
        expect(passed).toEqual({ sequence: n, outcome: 'rejected', record: n, endOffset: n * 7, endLine: n * 2 });
      }
    }
    expect(frontier.distance).toBe(0);
  });
});
