import { getEventListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Callbacks } from '../../../src/library/callbacks.ts';
import { progress } from '../report/summaries.ts';

const error = new RangeError('from the callback');

describe('the callbacks of a load', () => {
  it('receive every message, and the progress until they are closed', async () => {
    const messages: string[] = [];
    let calls = 0;
    const callbacks = new Callbacks({
      onMessage: (text) => messages.push(text),
      onProgress: () => calls++,
      progressEveryMs: 5,
    });
    callbacks.say('table people created');
    callbacks.begin(() => progress());
    await delay(50);
    callbacks.close();
    const before = calls;
    await delay(30);
    expect(messages).toEqual(['table people created']);
    expect(before).toBeGreaterThan(1);
    expect(calls).toBe(before);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw error;
      },
    ],
    ['returns a promise that rejects', () => Promise.reject(error)],
  ])('stop the load if one %s', async (_, onMessage) => {
    const callbacks = new Callbacks({ onMessage });
    callbacks.say('a message');
    await delay(0);
    expect(callbacks.stop.aborted).toBe(true);
    expect(() => {
      callbacks.throwFailure();
    }).toThrow(error);
  });

  it("stop the load when the caller's signal is aborted, and keep no listener on it", () => {
    const caller = new AbortController();
    const callbacks = new Callbacks({ signal: caller.signal });
    expect(callbacks.stop.aborted).toBe(false);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    caller.abort();
    expect(callbacks.stop.aborted).toBe(true);
    expect(() => {
      callbacks.throwFailure();
    }).not.toThrow();
  });

  it('stop the load at once if the signal is already aborted', () => {
    expect(new Callbacks({ signal: AbortSignal.abort() }).stop.aborted).toBe(true);
  });
});
