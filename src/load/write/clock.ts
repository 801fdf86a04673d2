/** The time, and work that is done later. Tests and the simulator have their own. */
export interface Clock {
  /** Monotonic, ms. */
  nowMs(): number;
  /** Does the work so many ms later, unless what it returns is called before. */
  after(ms: number, work: () => void): () => void;
}

export const processClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
