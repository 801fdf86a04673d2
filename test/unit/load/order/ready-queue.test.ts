import { describe, expect, it } from 'vitest';
import { DelayQueue } from '../../../../src/load/order/delay-queue.ts';
import type { Queueable } from '../../../../src/load/order/partition-queue.ts';
import { ReadyQueue } from '../../../../src/load/order/ready-queue.ts';
import { random } from '../../../helpers/random.ts';

interface Named extends Queueable {
  readonly name: string;
}

const named = (name: string): Named => ({
  name,
  partition: name.charCodeAt(0),
  place: 'none',
});

/** Draws all available elements in order. */
function drawAll(queue: ReadyQueue<Named>, nowMs: number): string[] {
  const names: string[] = [];
  queue.wake(nowMs);
  for (let element = queue.shift(); element !== undefined; element = queue.shift()) names.push(element.name);
  return names;
}

/** Number of elements that can be drawn at a time. */
function sendableAt(queue: ReadyQueue<Named>, nowMs: number): number {
  queue.wake(nowMs);
  return queue.sendable;
}

function fill(hasSortKey: boolean, ...names: string[]) {
  const queue = new ReadyQueue<Named>(hasSortKey);
  const elements = names.map(named);
  for (const element of elements) queue.push(element);
  return { queue, elements };
}

describe('the ready queue of a table with a sort key', () => {
  it('keeps a throttled item at the front of its partition, and does not delay other partitions', () => {
    const { queue } = fill(true, 'p/1', 'p/2', 'q/1');
    queue.wake(0);
    const first = queue.shift();
    expect(first?.name).toBe('p/1');
    if (first !== undefined) queue.pushThrottled(first, 1, { sentMs: 0, nowMs: 5, random: 1 });
    expect([queue.size, sendableAt(queue, 5), queue.nextMs]).toEqual([3, 1, 30]);
    expect(drawAll(queue, 29)).toEqual(['q/1']);
    expect(sendableAt(queue, 30)).toBe(2);
    expect(drawAll(queue, 30)).toEqual(['p/1', 'p/2']);
    expect([queue.size, queue.nextMs]).toEqual([0, undefined]);
  });

  it('keeps a new item waiting while its partition backs off', () => {
    const { queue, elements } = fill(true, 'p/1');
    drawAll(queue, 0);
    queue.pushThrottled(elements[0] ?? named(''), 1, { sentMs: 0, nowMs: 0, random: 1 });
    queue.push(named('p/2'));
    expect(drawAll(queue, 0)).toEqual([]);
    expect(drawAll(queue, 20)).toEqual(['p/1', 'p/2']);
  });

  it('backs off longer with every throttle, but only once for all requests in flight', () => {
    const { queue, elements } = fill(true, 'p/1', 'p/2', 'p/3');
    const [a = named(''), b = named(''), c = named('')] = elements;
    drawAll(queue, 0);
    queue.pushThrottled(a, 1, { sentMs: 0, nowMs: 0, random: 1 });
    queue.pushThrottled(b, 1, { sentMs: 0, nowMs: 10, random: 1 });
    expect(drawAll(queue, 20)).toEqual(['p/1', 'p/2']);
    queue.pushThrottled(c, 1, { sentMs: -5, nowMs: 25, random: 1 });
    expect(drawAll(queue, 25)).toEqual(['p/3']);
    queue.pushThrottled(a, 2, { sentMs: 20, nowMs: 30, random: 1 });
    expect(queue.nextMs).toBe(70);
  });

  it('backs off less after items of the partition were written', () => {
    const { queue, elements } = fill(true, 'p/1');
    const [a = named('')] = elements;
    const waits: number[] = [];
    for (const written of [0, 0, 0, 3]) {
      const nowMs = waits.reduce((sum, wait) => sum + wait, 0);
      drawAll(queue, nowMs);
      for (let n = 0; n < written; n++) queue.shortenBackoff('p'.charCodeAt(0));
      queue.pushThrottled(a, 1, { sentMs: nowMs, nowMs, random: 1 });
      waits.push((queue.nextMs ?? 0) - nowMs);
    }
    expect(waits).toEqual([20, 40, 80, 20]);
  });

  it('forgets the backoff of a partition that stays empty', () => {
    const { queue, elements } = fill(true, 'p/1');
    const [a = named('')] = elements;
    for (const nowMs of [0, 100, 300]) {
      drawAll(queue, nowMs);
      if (nowMs < 300) queue.pushThrottled(a, 1, { sentMs: nowMs, nowMs, random: 1 });
    }
    queue.wake(5_000);
    queue.pushThrottled(a, 1, { sentMs: 5_000, nowMs: 5_000, random: 1 });
    expect(queue.nextMs).toBe(5_020);
  });
});

describe('the ready queue of a table without a sort key', () => {
  it('backs off each item separately, longer with every attempt', () => {
    const { queue, elements } = fill(false, 'a', 'b', 'c');
    const [a = named(''), b = named('')] = elements;
    queue.wake(0);
    queue.shift();
    queue.shift();
    queue.pushThrottled(a, 3, { sentMs: 0, nowMs: 0, random: 1 });
    queue.pushThrottled(b, 1, { sentMs: 0, nowMs: 0, random: 1 });
    expect(sendableAt(queue, 10)).toBe(1);
    expect([drawAll(queue, 10), drawAll(queue, 20), drawAll(queue, 80)]).toEqual([['c'], ['b'], ['a']]);
  });
});

it.each([true, false])('the ready queue does not remove an item that is backing off (sort key: %s)', (hasSortKey) => {
  const { queue, elements } = fill(hasSortKey, 'p/1');
  const [a = named('')] = elements;
  drawAll(queue, 0);
  queue.pushThrottled(a, 1, { sentMs: 0, nowMs: 0, random: 1 });
  expect(queue.remove(a)).toBe(false);
  queue.wake(20);
  expect(queue.remove(a)).toBe(true);
  expect([queue.size, sendableAt(queue, 20), drawAll(queue, 20)]).toEqual([0, 0, []]);
});

it('the delay queue returns elements in the order of their times (seed 1)', () => {
  const chance = random(1);
  const queue = new DelayQueue<number>();
  const times = Array.from({ length: 500 }, () => Math.floor(chance() * 100));
  for (const time of times) queue.push(time, time);
  const early: number[] = [];
  for (let due = queue.shift(49); due !== undefined; due = queue.shift(49)) early.push(due);
  expect(early).toEqual(times.filter((time) => time < 50).sort((a, b) => a - b));
  expect(queue.nextMs).toBe(Math.min(...times.filter((time) => time >= 50)));
});
