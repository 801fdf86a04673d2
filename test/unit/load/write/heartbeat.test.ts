import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Heartbeat } from '../../../../src/load/write/heartbeat.ts';

describe('a heartbeat', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function setUp() {
    const state = { marks: 0, inFlight: 0, failure: undefined as Error | undefined, errors: [] as unknown[] };
    const heartbeat = new Heartbeat({
      mark: () => {
        if (state.failure !== undefined) throw state.failure;
        state.marks++;
      },
      isInFlight: () => state.inFlight > 0,
      onError: (error) => state.errors.push(error),
    });
    return { state, heartbeat };
  }

  it('marks before the first request, and every second while requests are in flight', () => {
    const { state, heartbeat } = setUp();
    heartbeat.start();
    expect(state.marks).toBe(1);
    state.inFlight = 1;
    vi.advanceTimersByTime(999);
    expect(state.marks).toBe(1);
    vi.advanceTimersByTime(2_001);
    expect(state.marks).toBe(4);
  });

  it('does not mark while no request is in flight, and marks before the next one', () => {
    const { state, heartbeat } = setUp();
    heartbeat.start();
    vi.advanceTimersByTime(60_000);
    expect(state.marks).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    heartbeat.start();
    expect(state.marks).toBe(2);
  });

  it('marks at most once a second if requests follow each other closely', () => {
    const { state, heartbeat } = setUp();
    for (let request = 0; request < 100; request++) heartbeat.start();
    expect(state.marks).toBe(1);
  });

  it('throws an error of the first mark, and reports an error of a later one', () => {
    const { state, heartbeat } = setUp();
    state.failure = new Error('disk full');
    expect(() => {
      heartbeat.start();
    }).toThrow('disk full');
    state.failure = undefined;
    heartbeat.start();
    state.failure = new Error('disk full again');
    state.inFlight = 1;
    vi.advanceTimersByTime(1_000);
    expect(state.errors).toEqual([state.failure]);
  });
});
