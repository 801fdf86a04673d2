import { describe, expect, it } from 'vitest';
import { DueQueue } from '../../../../src/load/order/delay-queue.ts';
import type { Queueable } from '../../../../src/load/order/partition-queue.ts';
import { ReadyQueue } from '../../../../src/load/order/ready-queue.ts';
import { random } from '../../../helpers/random.ts';

interface Named extends Queueable {
  readonly name: string;
}

const named = (name: string): Named => ({
  name,
  partition: name.charCodeAt(0),
  place: 'nowhere',
});

/** All that can be drawn at a time, in order. */
function drawn(queue: ReadyQueue<Named>, nowMs: number): string[] {
  const names: string[] = [];
  queue.wake(nowMs);
  for (let element = queue.shift(); element !== undefined; element = queue.shift()) names.push(element.name);
  return names;
}

/** How many can be drawn at a time. */
function sendableAt(queue: ReadyQueue<Named>, nowMs: number): number {
  queue.wake(nowMs);
  return queue.sendable;
}

function filled(byPartition: boolean, ...names: string[]) {
  const queue = new ReadyQueue<Named>(byPartition);
  const elements = names.map(named);
  for (const element of elements) queue.push(element);
  return { queue, elements };
}

describe('where keys share partitions', () => {
  it('what was turned away waits, in front of its partition, and holds up no other', () => {
    const { queue } = filled(true, 'p/1', 'p/2', 'q/1');
    queue.wake(0);
    const first = queue.shift();
    expect(first?.name).toBe('p/1');
    if (first !== undefined) queue.pushThrottled(first, 1, { sentMs: 0, nowMs: 5, chance: 1 });
    expect([queue.size, sendableAt(queue, 5), queue.nextMs]).toEqual([3, 1, 30]);
    expect(drawn(queue, 29)).toEqual(['q/1']);
    expect(sendableAt(queue, 30)).toBe(2);
    expect(drawn(queue, 30)).toEqual(['p/1', 'p/2']);
    expect([queue.size, queue.nextMs]).toEqual([0, undefined]);
  });

  it('what is pushed into a partition that is cooling waits too', () => {
    const { queue, elements } = filled(true, 'p/1');
    drawn(queue, 0);
    queue.pushThrottled(elements[0] ?? named(''), 1, { sentMs: 0, nowMs: 0, chance: 1 });
    queue.push(named('p/2'));
    expect(drawn(queue, 0)).toEqual([]);
    expect(drawn(queue, 20)).toEqual(['p/1', 'p/2']);
  });

  it('a partition waits longer each time it is turned away, but once for all that was in flight', () => {
    const { queue, elements } = filled(true, 'p/1', 'p/2', 'p/3');
    const [a = named(''), b = named(''), c = named('')] = elements;
    drawn(queue, 0);
    queue.pushThrottled(a, 1, { sentMs: 0, nowMs: 0, chance: 1 });
    queue.pushThrottled(b, 1, { sentMs: 0, nowMs: 10, chance: 1 });
    expect(drawn(queue, 20)).toEqual(['p/1', 'p/2']);
    queue.pushThrottled(c, 1, { sentMs: -5, nowMs: 25, chance: 1 });
    expect(drawn(queue, 25)).toEqual(['p/3']);
    queue.pushThrottled(a, 2, { sentMs: 20, nowMs: 30, chance: 1 });
    expect(queue.nextMs).toBe(70);
  });

  it('what the partition takes shortens its wait again', () => {
    const { queue, elements } = filled(true, 'p/1');
    const [a = named('')] = elements;
    const waits: number[] = [];
    for (const taken of [0, 0, 0, 3]) {
      const nowMs = waits.reduce((sum, wait) => sum + wait, 0);
      drawn(queue, nowMs);
      for (let n = 0; n < taken; n++) queue.taken('p'.charCodeAt(0));
      queue.pushThrottled(a, 1, { sentMs: nowMs, nowMs, chance: 1 });
      waits.push((queue.nextMs ?? 0) - nowMs);
    }
    expect(waits).toEqual([20, 40, 80, 20]);
  });

  it('a partition that is empty is forgotten, though it was turned away', () => {
    const { queue, elements } = filled(true, 'p/1');
    const [a = named('')] = elements;
    for (const nowMs of [0, 100, 300]) {
      drawn(queue, nowMs);
      if (nowMs < 300) queue.pushThrottled(a, 1, { sentMs: nowMs, nowMs, chance: 1 });
    }
    queue.wake(5_000);
    queue.pushThrottled(a, 1, { sentMs: 5_000, nowMs: 5_000, chance: 1 });
    expect(queue.nextMs).toBe(5_020);
  });
});

describe('where every key is a partition', () => {
  it('each waits by itself, the longer the oftener it was sent', () => {
    const { queue, elements } = filled(false, 'a', 'b', 'c');
    const [a = named(''), b = named('')] = elements;
    queue.wake(0);
    queue.shift();
    queue.shift();
    queue.pushThrottled(a, 3, { sentMs: 0, nowMs: 0, chance: 1 });
    queue.pushThrottled(b, 1, { sentMs: 0, nowMs: 0, chance: 1 });
    expect(sendableAt(queue, 10)).toBe(1);
    expect([drawn(queue, 10), drawn(queue, 20), drawn(queue, 80)]).toEqual([['c'], ['b'], ['a']]);
  });
});

it.each([true, false])('what is cooling cannot be taken past the others (by partition: %s)', (byPartition) => {
  const { queue, elements } = filled(byPartition, 'p/1');
  const [a = named('')] = elements;
  drawn(queue, 0);
  queue.pushThrottled(a, 1, { sentMs: 0, nowMs: 0, chance: 1 });
  expect(queue.take(a)).toBe(false);
  queue.wake(20);
  expect(queue.take(a)).toBe(true);
  expect([queue.size, sendableAt(queue, 20), drawn(queue, 20)]).toEqual([0, 0, []]);
});

it('what has its time comes in the order of its times (seed 1)', () => {
  const chance = random(1);
  const queue = new DueQueue<number>();
  const times = Array.from({ length: 500 }, () => Math.floor(chance() * 100));
  for (const time of times) queue.push(time, time);
  const early: number[] = [];
  for (let due = queue.shift(49); due !== undefined; due = queue.shift(49)) early.push(due);
  expect(early).toEqual(times.filter((time) => time < 50).sort((a, b) => a - b));
  expect(queue.nextMs).toBe(Math.min(...times.filter((time) => time >= 50)));
});
