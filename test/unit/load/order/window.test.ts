import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier } from '../../../../src/load/order/frontier.ts';
import { Window, type WindowBounds } from '../../../../src/load/order/window.ts';
import { bufferRecord } from '../../../helpers/buffer-record.ts';

const roomy: WindowBounds = { records: 1_000, bytes: 1 << 30, distance: 1_000 };
const limits = { items: 25, bytes: 1 << 20 };

function setUp(bounds: Partial<WindowBounds> = {}, hasSortKey = false) {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, hasSortKey, { ...roomy, ...bounds });
  const put = (key: string, itemBytes = 10): Entry =>
    bufferRecord(window, frontier, { key, partition: key.split('/')[0] ?? '', encoded: Buffer.alloc(itemBytes) });
  const draw = (allowsPartial = true, items = limits.items, bytes = limits.bytes): Entry[] =>
    window.draw({ items, bytes }, allowsPartial) ?? [];
  const outcomes = (): string[] => {
    const passed: string[] = [];
    for (let next = frontier.pass(); next !== undefined; next = frontier.pass()) passed.push(next.outcome);
    return passed;
  };
  return { frontier, window, put, draw, outcomes };
}

const rejection = { code: 'REFUSED_BY_DYNAMODB', reason: 'no' } as const;

describe('the window with equal keys', () => {
  it('displaces a waiting record, which is superseded once the later one is acknowledged', () => {
    const { window, put, draw, outcomes } = setUp();
    put('a');
    const later = put('a');
    expect(draw()).toEqual([later]);
    expect(outcomes()).toEqual([]);
    window.acknowledge(later);
    expect(outcomes()).toEqual(['superseded', 'written']);
  });

  it('keeps a later record waiting for the one in flight', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    expect(draw()).toEqual([first]);
    const second = put('a');
    expect(draw()).toEqual([]);
    window.acknowledge(first);
    expect(draw()).toEqual([second]);
    window.acknowledge(second);
    expect(outcomes()).toEqual(['written', 'written']);
  });

  it('restores the nearest earlier record after each rejection', () => {
    const { window, put, draw, outcomes } = setUp();
    const records = [put('a'), put('a'), put('a')];
    for (const entry of records.toReversed()) {
      expect(draw()).toEqual([entry]);
      window.reject(entry, rejection);
    }
    expect(draw()).toEqual([]);
    expect(outcomes()).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('restores only records that no acknowledgement has superseded', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    const third = put('a');
    window.acknowledge(first);
    expect(draw()).toEqual([third]);
    window.reject(third, rejection);
    expect(draw()).toEqual([second]);
    window.acknowledge(second);
    expect(outcomes()).toEqual(['written', 'written', 'rejected']);
  });

  it('lets a later record displace an unprocessed one', () => {
    const { window, put, draw, outcomes } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.requeue(first, false);
    expect(draw()).toEqual([second]);
    window.acknowledge(second);
    expect(outcomes()).toEqual(['superseded', 'written']);
  });

  it('sends an unknown record before a later one, even after it was returned unprocessed', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.requeue(first, true);
    expect(draw()).toEqual([first]);
    window.requeue(first, false);
    expect(draw()).toEqual([first]);
    window.acknowledge(first);
    expect(draw()).toEqual([second]);
  });
});

describe('the window draws batches and', () => {
  it('waits for a full batch unless partial batches are allowed', () => {
    const { put, draw } = setUp();
    for (let n = 0; n < 24; n++) put(`k${n}`);
    expect(draw(false)).toEqual([]);
    put('k24');
    expect(draw(false)).toHaveLength(25);
  });

  it('limits a batch by bytes, and starts the next one with the item that did not fit', () => {
    const { put, draw } = setUp();
    const records = [put('a', 400), put('b', 400), put('c', 400)];
    expect(draw(true, 25, 1_000)).toEqual(records.slice(0, 2));
    expect(draw(true, 25, 1_000)).toEqual(records.slice(2));
  });

  it('sends an item that exceeds the limit alone', () => {
    const { put, draw } = setUp();
    const large = put('a', 2_000);
    put('b', 10);
    expect(draw(true, 25, 1_000)).toEqual([large]);
  });

  it('puts retries first', () => {
    const { window, put, draw } = setUp();
    const [a, b, c] = [put('a'), put('b'), put('c')];
    expect(draw(true, 2)).toEqual([a, b]);
    window.requeue(b, false);
    expect(draw(true, 2)).toEqual([b, c]);
  });

  it('draws one item of each partition in turn', () => {
    const { put, draw } = setUp({}, true);
    const sorted = ['p/1', 'p/2', 'p/3', 'q/1', 'q/2', 'r/1'].map((key) => put(key));
    const drawn = [draw(true, 3), draw(true, 3)].flat();
    expect(new Set(drawn.slice(0, 3).map(({ key }) => key[0]))).toEqual(new Set(['p', 'q', 'r']));
    expect(new Set(drawn)).toEqual(new Set(sorted));
  });

  it('draws the record at the frontier first, even if others are queued before it', () => {
    const { window, put, draw, outcomes } = setUp({}, true);
    const oldest = put('p/1');
    draw(true, 1);
    const others = ['p/2', 'p/3', 'q/1'].map((key) => put(key));
    window.acknowledge(oldest);
    outcomes();
    const second = put('p/4');
    expect(draw(true, 1)).toEqual([others[0]]);
    expect(draw(true, 5)).toContain(second);
  });
});

describe('the window after throttling', () => {
  const throttle = (window: Window, entry: Entry): void => {
    entry.attempts = 1;
    window.requeueThrottled(entry, { sentMs: 0, nowMs: 0, random: 1 });
  };

  it('delays only the throttled record, even if it is at the frontier', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    expect(draw()).toEqual([first]);
    const second = put('b');
    throttle(window, first);
    expect([window.queued, window.nextMs]).toEqual([2, 20]);
    expect(window.draw(limits, true, 10)).toEqual([second]);
    expect(window.draw(limits, true, 10)).toBeUndefined();
    expect(window.draw(limits, true, 20)).toEqual([first]);
    expect(window.nextMs).toBeUndefined();
  });

  it('does not count records that back off toward a full batch', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    for (let n = 0; n < 24; n++) put(`k${n}`);
    throttle(window, first);
    expect(window.draw(limits, false, 10)).toBeUndefined();
    expect(window.draw(limits, false, 20)).toHaveLength(25);
  });

  it('delays later records of the key of an unknown one', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    const second = put('a');
    window.requeue(first, true, 50);
    expect(window.draw(limits, true, 49)).toBeUndefined();
    expect(window.draw(limits, true, 50)).toEqual([first]);
    window.acknowledge(first);
    expect(window.draw(limits, true, 50)).toEqual([second]);
  });

  it('keeps the backoff for a record that displaces the throttled one', () => {
    const { window, put, draw } = setUp();
    const first = put('a');
    draw();
    throttle(window, first);
    const later = put('a');
    expect(window.draw(limits, true, 19)).toBeUndefined();
    expect(window.draw(limits, true, 20)).toEqual([later]);
  });
});

describe('the bounds of the window', () => {
  it.each([
    ['records', { records: 3 }],
    ['distance', { distance: 3 }],
    ['bytes', { bytes: 256 * 1024 }],
  ])('include displaced records: %s', (_, bounds) => {
    const { window, put, draw, outcomes } = setUp(bounds);
    put('a');
    put('a');
    const last = put('a');
    expect(window.isFull).toBe(true);
    expect(draw()).toEqual([last]);
    window.acknowledge(last);
    outcomes();
    expect(window.records).toBe(0);
    expect(window.isFull).toBe('bytes' in bounds);
  });

  it('include a rejected record until the frontier has passed it', () => {
    const { frontier, window, put, draw } = setUp({ records: 2 });
    const good = put('a');
    const bad = put('b');
    draw();
    window.reject(bad, rejection);
    expect(window.isFull).toBe(true);
    window.acknowledge(good);
    expect(frontier.pass()?.outcome).toBe('written');
    const passed = frontier.pass();
    expect(passed?.record).toBe(bad);
    window.release(bad);
    expect(window.records).toBe(0);
  });
});

describe('a response for a record that is not in flight', () => {
  it('is an error', () => {
    const { window, put, draw } = setUp();
    const entry = put('a');
    expect(() => {
      window.acknowledge(entry);
    }).toThrow('not in flight');
    draw();
    window.acknowledge(entry);
    expect(() => {
      window.acknowledge(entry);
    }).toThrow('not in flight');
  });
});

it('a reused entry has no state of the previous record', () => {
  const { frontier, window, put, draw, outcomes } = setUp();
  const lost = put('a');
  draw();
  lost.attempts = 3;
  lost.failingSinceMs = 1;
  window.requeue(lost, true);
  draw();
  window.acknowledge(lost);
  expect(outcomes()).toEqual(['written']);
  const next = put('b');
  expect(next).toBe(lost);
  expect(next).toMatchObject({ key: 'b', isUnknown: false, attempts: 0, failingSinceMs: undefined });
  draw();
  window.reject(next, rejection);
  const passed = frontier.pass();
  if (passed?.record !== undefined) window.release(passed.record);
  const last = put('c');
  expect(last).toBe(next);
  expect(last.rejection).toBeUndefined();
  expect(draw()).toEqual([last]);
});

describe('the memory of settled records', () => {
  it('is freed for written, superseded and passed rejected records', () => {
    const { frontier, window, put, draw, outcomes } = setUp();
    const superseded = put('a', 500_000);
    const written = put('a', 500_000);
    const rejected = put('b', 500_000);
    draw();
    window.reject(rejected, rejection);
    expect(rejected.slab.bytes.length).toBeGreaterThan(500_000);
    window.acknowledge(written);
    expect(outcomes()).toEqual(['superseded', 'written', 'rejected']);
    expect(frontier.distance).toBe(0);
    window.release(rejected);
    expect([superseded, written, rejected].map((entry) => entry.slab.bytes.length)).toEqual([0, 0, 0]);
    expect(window.slabs.heldBytes).toBe(0);
  });
});

describe('a reused slot', () => {
  it('belongs to the partition of its new key', () => {
    const { window, put, draw } = setUp({}, true);
    const old = put('p/1');
    draw();
    window.acknowledge(old);
    const other = put('q/1');
    expect(draw()).toEqual([other]);
    window.requeueThrottled(other, { sentMs: 0, nowMs: 0, random: 1 });
    const again = put('p/2');
    expect(draw()).toEqual([again]);
  });
});
