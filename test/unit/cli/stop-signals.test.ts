import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { listenForStop } from '../../../src/cli/stop-signals.ts';

function listen(): { source: EventEmitter; calls: string[]; stop: ReturnType<typeof listenForStop> } {
  const source = new EventEmitter();
  const calls: string[] = [];
  const stop = listenForStop(
    () => calls.push('first'),
    () => calls.push('second'),
    source,
  );
  return { source, calls, stop };
}

/** Longer than the time in which a signal counts as a repetition. */
const later = () => delay(250);

it('the first stop signal aborts, and the second one exits', async () => {
  const { source, calls, stop } = listen();
  source.emit('SIGTERM', 'SIGTERM');
  expect(stop.signal.aborted).toBe(true);
  expect(calls).toEqual(['first']);
  await later();
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['first', 'second']);
});

it('a signal that arrives twice at once, as under npx, counts once', () => {
  const { source, calls } = listen();
  source.emit('SIGINT', 'SIGINT');
  source.emit('SIGINT', 'SIGINT');
  expect(calls).toEqual(['first']);
});

it('a closed terminal does not count as a second stop signal', async () => {
  const { source, calls } = listen();
  source.emit('SIGHUP', 'SIGHUP');
  await later();
  source.emit('SIGHUP', 'SIGHUP');
  expect(calls).toEqual(['first']);
});

it('close removes all signal listeners', () => {
  const { source, stop } = listen();
  stop.close();
  expect(source.eventNames()).toEqual([]);
});
