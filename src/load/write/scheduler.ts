/** Time and timers. Tests and the simulator have their own. */
export interface Scheduler {
  /** Monotonic time in ms. */
  nowMs(): number;
  /** Runs the work after this many ms, unless the returned function is called first. */
  after(ms: number, work: () => void): () => void;
}

export const processScheduler: Scheduler = {
  nowMs: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
