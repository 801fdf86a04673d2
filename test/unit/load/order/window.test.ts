import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import { Window, type WindowBounds } from '../../../../src/load/order/window.ts';
import { admitRecord } from '../../../helpers/admit.ts';

const roomy: WindowBounds = { records: 1_000, bytes: 1 << 30, distance: 1_000 };
const limits = { items: 25, bytes: 1 << 20 };

function setUp(bounds: Partial<WindowBounds> = {}, byPartition = false) {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, byPartition, { ...roomy, ...bounds });
  const put = (key: string, itemBytes = 10): Entry =>
    admitRecord(window, frontier, { key, partition: key.split('/')[0] ?? '', encoded: Buffer.alloc(itemBytes) });
  const draw = (partly = true, items = limits.items, bytes = limits.bytes): Entry[] =>
    window.draw({ items, bytes }, partly) ?? [];
  const outcomes = (): string[] => {
    const passed: string[] = [];
    for (let next = frontier.pass(); next !== undefined; next = frontier.pass()) passed.push(next.outcome);
    return passed;
  };
  return { frontier, window, put, draw, outcomes };
}

const refusal = { code: 'REFUSED_BY_DYNAMODB', reason: 'no' } as const;

describe('equal keys', () => {
  it('the later record takes the place of one that waits, which is superseded once the later is acknowledged', () => {
    const { window, put, draw, outcomes } = setUp();
    put('a');
    const later = put('a');
    expect(draw()).toEqual([later]);
    expect(outcomes()).toEqual([]);
    window.written(later);
    expect(outcomes()).toEqual(['superseded', 'written']);
  });

  it('a later record waits for one in flight', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    expect(draw()).toEqual([first]);
    const second = put('a');
    expect(draw()).toEqual([]);
    window.written(first);
    expect(draw()).toEqual([second]);
    window.written(second);
    expect(outcomes()).toEqual(['written', 'written']);
  });

  it('a refusal brings back the nearest earlier record, one after the other', () => {
    const { window, put, draw, outcomes } = setUp();
    const records = [put('a'), put('a'), put('a')];
    for (const entry of records.toReversed()) {
      expect(draw()).toEqual([entry]);
      window.refused(entry, refusal);
    }
    expect(draw()).toEqual([]);
    expect(outcomes()).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('a refusal of the later one brings back what an earlier acknowledgement has not made final', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    const third = put('a');
    window.written(first);
    expect(draw()).toEqual([third]);
    window.refused(third, refusal);
    expect(draw()).toEqual([second]);
    window.written(second);
    expect(outcomes()).toEqual(['written', 'written', 'rejected']);
  });

  it('an unprocessed record gives way to a later one', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.giveBack(first, false);
    expect(draw()).toEqual([second]);
    window.written(second);
    expect(outcomes()).toEqual(['superseded', 'written']);
  });

  it('an unknown record is sent again before a later one, and stays unknown when it is unprocessed then', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.giveBack(first, true);
    expect(draw()).toEqual([first]);
    window.giveBack(first, false);
    expect(draw()).toEqual([first]);
    window.written(first);
    expect(draw()).toEqual([second]);
  });
});

describe('drawing', () => {
  it('holds back a batch that is not full unless told otherwise', () => {
    const { put, draw } = setUp();
    for (let n = 0; n < 24; n++) put(`k${n}`);
    expect(draw(false)).toEqual([]);
    put('k24');
    expect(draw(false)).toHaveLength(25);
  });

  it('cuts a batch by bytes, and what did not fit comes first in the next', () => {
    const { put, draw } = setUp();
    const records = [put('a', 400), put('b', 400), put('c', 400)];
    expect(draw(true, 25, 1_000)).toEqual(records.slice(0, 2));
    expect(draw(true, 25, 1_000)).toEqual(records.slice(2));
  });

  it('sends an item that is larger than the limit alone', () => {
    const { put, draw } = setUp();
    const large = put('a', 2_000);
    put('b', 10);
    expect(draw(true, 25, 1_000)).toEqual([large]);
  });

  it('puts what comes back in front', () => {
    const { window, put, draw } = setUp();
    const [a, b, c] = [put('a'), put('b'), put('c')];
    expect(draw(true, 2)).toEqual([a, b]);
    window.giveBack(b, false);
    expect(draw(true, 2)).toEqual([b, c]);
  });

  it('takes one of each partition in turn', () => {
    const { put, draw } = setUp({}, true);
    const sorted = ['p/1', 'p/2', 'p/3', 'q/1', 'q/2', 'r/1'].map((key) => put(key));
    const drawn = [draw(true, 3), draw(true, 3)].flat();
    expect(new Set(drawn.slice(0, 3).map(({ key }) => key[0]))).toEqual(new Set(['p', 'q', 'r']));
    expect(new Set(drawn)).toEqual(new Set(sorted));
  });

  it('takes the record at the frontier first, though others come before it', () => {
    const { window, put, draw, outcomes } = setUp({}, true);
    const oldest = put('p/1');
    draw(true, 1);
    const others = ['p/2', 'p/3', 'q/1'].map((key) => put(key));
    window.written(oldest);
    outcomes();
    const second = put('p/4');
    expect(draw(true, 1)).toEqual([others[0]]);
    expect(draw(true, 5)).toContain(second);
  });
});

describe('cooling down', () => {
  const turnAway = (window: Window, entry: Entry): void => {
    entry.attempts = 1;
    window.throttled(entry, { sentMs: 0, nowMs: 0, chance: 1 });
  };

  it('holds back what the table turned away, also the record at the frontier, and nothing else', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    expect(draw()).toEqual([first]);
    const second = put('b');
    turnAway(window, first);
    expect([window.ready, window.nextMs]).toEqual([2, 20]);
    expect(window.draw(limits, true, 10)).toEqual([second]);
    expect(window.draw(limits, true, 10)).toBeUndefined();
    expect(window.draw(limits, true, 20)).toEqual([first]);
    expect(window.nextMs).toBeUndefined();
  });

  it('does not make a batch full', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    for (let n = 0; n < 24; n++) put(`k${n}`);
    turnAway(window, first);
    expect(window.draw(limits, false, 10)).toBeUndefined();
    expect(window.draw(limits, false, 20)).toHaveLength(25);
  });

  it('of an unknown record holds up the later ones of its key', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.giveBack(first, true, 50);
    expect(window.draw(limits, true, 49)).toBeUndefined();
    expect(window.draw(limits, true, 50)).toEqual([first]);
    window.written(first);
    expect(window.draw(limits, true, 50)).toEqual([second]);
  });

  it('of a record that a later one displaces is that one’s too', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    turnAway(window, first);
    const later = put('a');
    expect(window.draw(limits, true, 19)).toBeUndefined();
    expect(window.draw(limits, true, 20)).toEqual([later]);
  });
});

describe('bounds', () => {
  it.each([
    ['records', { records: 3 }],
    ['distance', { distance: 3 }],
    ['bytes', { bytes: 256 * 1024 }],
  ])('reading stops at the bound of %s, displaced records counted', (_, bounds) => {
    const { window, put, draw, outcomes } = setUp(bounds);
    put('a');
    put('a');
    const last = put('a');
    expect(window.full).toBe(true);
    expect(draw()).toEqual([last]);
    window.written(last);
    outcomes();
    expect(window.records).toBe(0);
    expect(window.full).toBe('bytes' in bounds);
  });

  it('a held reject counts until the frontier has passed it', () => {
    const { frontier, window, put, draw } = setUp({ records: 2 });
    const good = put('a');
    const bad = put('b');
    draw();
    window.refused(bad, refusal);
    expect(window.full).toBe(true);
    window.written(good);
    expect(frontier.pass()?.outcome).toBe('written');
    const passed = frontier.pass();
    expect(passed?.record).toBe(bad);
    window.forget(bad);
    expect(window.records).toBe(0);
  });
});

describe('an answer that cannot be', () => {
  it('is refused rather than counted', () => {
    const { window, put, draw } = setUp();
    const entry = put('a');
    expect(() => {
      window.written(entry);
    }).toThrow('not in flight');
    draw();
    window.written(entry);
    expect(() => {
      window.written(entry);
    }).toThrow('not in flight');
  });
});

it('an entry that is used anew knows nothing of the record before', () => {
  const { frontier, window, put, draw, outcomes } = setUp();
  const lost = put('a');
  draw();
  lost.attempts = 3;
  lost.troubledSinceMs = 1;
  window.giveBack(lost, true);
  draw();
  window.written(lost);
  expect(outcomes()).toEqual(['written']);
  const next = put('b');
  expect(next).toBe(lost);
  expect(next).toMatchObject({ key: 'b', unknown: false, attempts: 0, troubledSinceMs: undefined });
  draw();
  window.refused(next, refusal);
  const passed = frontier.pass();
  if (passed?.record !== undefined) window.forget(passed.record);
  const last = put('c');
  expect(last).toBe(next);
  expect(last.rejection).toBeUndefined();
  expect(draw()).toEqual([last]);
});

describe('the memory of settled records', () => {
  it('is kept by none of them: not by a written, a superseded or a passed rejected one', () => {
    const { frontier, window, put, draw, outcomes } = setUp();
    const superseded = put('a', 500_000);
    const written = put('a', 500_000);
    const rejected = put('b', 500_000);
    draw();
    window.refused(rejected, refusal);
    expect(rejected.slab.bytes.length).toBeGreaterThan(500_000);
    window.written(written);
    expect(outcomes()).toEqual(['superseded', 'written', 'rejected']);
    expect(frontier.distance).toBe(0);
    window.forget(rejected);
    expect([superseded, written, rejected].map((entry) => entry.slab.bytes.length)).toEqual([0, 0, 0]);
    expect(window.slabs.heldBytes).toBe(0);
  });
});

describe('a slot that is used anew', () => {
  it('stands in the partition of its new key: what that one does holds up no other', () => {
    const { window, put, draw } = setUp({}, true);
    const old = put('p/1');
    draw();
    window.written(old);
    const other = put('q/1');
    expect(draw()).toEqual([other]);
    window.throttled(other, { sentMs: 0, nowMs: 0, chance: 1 });
    const again = put('p/2');
    expect(draw()).toEqual([again]);
  });
});
