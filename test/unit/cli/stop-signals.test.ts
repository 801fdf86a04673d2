import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { listenForStop } from '../../../src/cli/stop-signals.ts';

function listen(): { source: EventEmitter; told: string[]; stop: ReturnType<typeof listenForStop> } {
  const source = new EventEmitter();
  const told: string[] = [];
  const stop = listenForStop(
    () => told.push('first'),
    () => told.push('second'),
    source,
  );
  return { source, told, stop };
}

/** Longer than the time within which a signal counts as the one before. */
const later = () => delay(250);

it('the first wish to stop aborts, a second one leaves', async () => {
  const { source, told, stop } = listen();
  source.emit('SIGTERM', 'SIGTERM');
  expect(stop.signal.aborted).toBe(true);
  expect(told).toEqual(['first']);
  await later();
  source.emit('SIGINT', 'SIGINT');
  expect(told).toEqual(['first', 'second']);
});

it('a signal that comes twice at once, as through npx, is one', () => {
  const { source, told } = listen();
  source.emit('SIGINT', 'SIGINT');
  source.emit('SIGINT', 'SIGINT');
  expect(told).toEqual(['first']);
});

it('a closed terminal is no second wish', async () => {
  const { source, told } = listen();
  source.emit('SIGHUP', 'SIGHUP');
  await later();
  source.emit('SIGHUP', 'SIGHUP');
  expect(told).toEqual(['first']);
});

it('after the end signals are nobody’s', () => {
  const { source, stop } = listen();
  stop.close();
  expect(source.eventNames()).toEqual([]);
});
