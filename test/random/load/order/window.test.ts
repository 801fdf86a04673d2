import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/load/order/entry.ts';
import { Frontier, type RecordOutcome } from '../../../../src/load/order/frontier.ts';
import { Window } from '../../../../src/load/order/window.ts';
import { bufferRecord } from '../../../helpers/buffer-record.ts';
import { random, sampled } from '../../../helpers/random.ts';

/** A record of the model: its key, and whether the table or the mapper rejects it. */
interface ModelRecord {
  readonly key: string;
  readonly fate: 'good' | 'refused' | 'unmappable';
}

interface Counted {
  readonly counts: Record<RecordOutcome, number>;
  rejects: number[];
}

type Chance = () => number;

function records(chance: Chance): ModelRecord[] {
  const keys = 1 + Math.floor(chance() * 30);
  const refused = chance() * 0.3;
  return Array.from({ length: Math.floor(chance() * 300) }, () => {
    const dice = chance();
    return {
      key: `k${Math.floor(chance() * keys)}`,
      fate: dice < refused ? 'refused' : dice < refused + 0.05 ? 'unmappable' : 'good',
    };
  });
}

/** The table after writing the records one by one: key → index of the last good record. */
function oneByOne(all: readonly ModelRecord[]): Map<string, number> {
  const table = new Map<string, number>();
  for (const [index, { key, fate }] of all.entries()) if (fate === 'good') table.set(key, index);
  return table;
}

/** Runs one process from record `first` until the end or a kill. @returns the position of its frontier. */
function process(
  all: readonly ModelRecord[],
  first: number,
  table: Map<string, number>,
  counted: Counted,
  chance: Chance,
  killAfter: number,
): number {
  const frontier = new Frontier<Entry>();
  const window = new Window(frontier, chance() < 0.5, {
    records: 1 + Math.floor(chance() * 60),
    bytes: 1 << 30,
    distance: 1 + Math.floor(chance() * 100),
  });
  const inFlight: Entry[][] = [];
  const sentKeys = new Set<string>();
  const everUnknown = new Map<string, Entry>();
  let now = 0;
  let next = first;
  let steps = 0;

  const advance = (): void => {
    for (let passed = frontier.pass(); passed !== undefined; passed = frontier.pass()) {
      counted.counts[passed.outcome]++;
      if (passed.record !== undefined) {
        counted.rejects.push(first + passed.sequence);
        window.release(passed.record);
      }
    }
  };

  const read = (): void => {
    const model = all[next];
    if (model === undefined) throw new Error('nothing to read');
    next++;
    const { key, fate } = model;
    bufferRecord(window, frontier, { key, partition: key.slice(0, 2), isRejected: fate === 'unmappable' });
  };

  const send = (batch: Entry[]): void => {
    for (const entry of batch) {
      expect(sentKeys.has(entry.key), 'one record in flight per key').toBe(false);
      const unknown = everUnknown.get(entry.key);
      expect(unknown === undefined || unknown === entry, 'no record overtakes an unknown one').toBe(true);
      sentKeys.add(entry.key);
    }
    inFlight.push(batch);
  };

  const respond = (batch: Entry[]): void => {
    for (const entry of batch) sentKeys.delete(entry.key);
    const fate = (entry: Entry): string => all[first + entry.sequence]?.fate ?? '';
    const refused = batch.filter((entry) => fate(entry) === 'refused');
    if (refused.length > 0 && chance() < 0.8) {
      // The writer would split the batch. Here the refused items are known at once, and the others are retried.
      for (const entry of batch) {
        everUnknown.delete(entry.key);
        if (fate(entry) === 'refused') window.reject(entry, { code: 'REFUSED_BY_DYNAMODB', reason: '' });
        else {
          if (entry.isUnknown) everUnknown.set(entry.key, entry);
          window.requeue(entry, false);
        }
      }
      return;
    }
    const lost = refused.length > 0 || chance() < 0.2;
    for (const entry of batch) {
      const applied = fate(entry) === 'good' && refused.length === 0 && chance() < 0.6;
      if (applied) table.set(entry.key, first + entry.sequence);
      if (lost) {
        everUnknown.set(entry.key, entry);
        window.requeue(entry, true, now + chance() * 50);
      } else if (applied) {
        everUnknown.delete(entry.key);
        window.acknowledge(entry);
      } else window.requeueThrottled(entry, { sentMs: now - chance() * 50, nowMs: now, random: chance() });
    }
  };

  while (next < all.length || window.records > 0 || inFlight.length > 0) {
    if (steps++ >= killAfter) {
      // Requests in flight may still arrive.
      for (const batch of inFlight.filter(() => chance() < 0.5)) {
        if (batch.some((entry) => all[first + entry.sequence]?.fate === 'refused')) continue;
        for (const entry of batch) if (chance() < 0.8) table.set(entry.key, first + entry.sequence);
      }
      return first + frontier.sequence;
    }
    expect(steps, 'the process ends').toBeLessThan(100_000);
    const mayRead = next < all.length && !window.isFull;
    now += chance() * 20;
    const dice = chance();
    if (mayRead && dice < 0.5) read();
    else if (dice < 0.7 && inFlight.length < 8) {
      const batch = window.draw({ items: 5, bytes: 200 }, !mayRead || chance() < 0.3, now);
      if (batch !== undefined) send(batch);
    } else if (inFlight.length > 0) {
      const [batch] = inFlight.splice(Math.floor(chance() * inFlight.length), 1);
      if (batch !== undefined) respond(batch);
      if (chance() < 0.7) advance();
    } else advance();
    if (frontier.distance > 0 && inFlight.length === 0 && window.queued === 0) advance();
  }
  advance();
  expect(window.records).toBe(0);
  expect(window.queued).toBe(0);
  expect(window.slabs.heldBytes).toBeLessThanOrEqual(256 * 1024);
  return first + frontier.sequence;
}

function zeroCounted(): Counted {
  return { counts: { written: 0, superseded: 0, skipped: 0, filtered: 0, rejected: 0 }, rejects: [] };
}

/** Runs a test with a seed, and names the seed if it fails. */
function withSeed(seed: number, body: (chance: Chance) => void): void {
  try {
    body(random(seed));
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

const seeds = Array.from({ length: 8 }, (_, block) => block * 50);

describe('the window and the frontier together', () => {
  it.each(sampled(seeds))(
    'leave the table as if records were written one by one, with any responses (seeds from %i)',
    (from) => {
      for (let seed = from; seed < from + 50; seed++) {
        withSeed(seed, (chance) => {
          const all = records(chance);
          const table = new Map<string, number>();
          const counted = zeroCounted();
          expect(process(all, 0, table, counted, chance, Infinity)).toBe(all.length);
          expect(table).toEqual(oneByOne(all));
          const { written, superseded, rejected } = counted.counts;
          expect(written + superseded + rejected).toBe(all.length);
          const bad = [...all.keys()].filter((index) => all[index]?.fate === 'unmappable');
          expect(counted.rejects).toEqual([...counted.rejects].sort((a, b) => a - b));
          expect(counted.rejects).toEqual(expect.arrayContaining(bad));
        });
      }
    },
  );

  it.each(sampled(seeds))('resume from the frontier after any kill (seeds from %i)', (from) => {
    for (let seed = from; seed < from + 50; seed++) {
      withSeed(seed, (chance) => {
        const all = records(chance);
        const table = new Map<string, number>();
        const counted = zeroCounted();
        let frontier = 0;
        for (let kills = 0; kills < 6; kills++) {
          frontier = process(all, frontier, table, counted, chance, Math.floor(chance() * 400));
        }
        expect(process(all, frontier, table, counted, chance, Infinity)).toBe(all.length);
        expect(table).toEqual(oneByOne(all));
        const { written, superseded, rejected } = counted.counts;
        expect(written + superseded + rejected).toBe(all.length);
        expect(new Set(counted.rejects).size).toBe(counted.rejects.length);
      });
    }
  });
});
