/** Counts how many requests that hold a key are under way at once. */
export interface InFlight {
  /** The highest number of requests that held each key at the same time. */
  readonly highest: ReadonlyMap<string, number>;
  /** The highest number of requests at the same time. */
  readonly highestRequests: number;
  /** Returns what ends the request; calling it again does nothing. */
  enter(keys: readonly string[]): () => void;
}

export function inFlight(): InFlight {
  const now = new Map<string, number>();
  const highest = new Map<string, number>();
  let requests = 0;
  let highestRequests = 0;
  return {
    highest,
    get highestRequests() {
      return highestRequests;
    },
    enter: (keys) => {
      highestRequests = Math.max(highestRequests, ++requests);
      for (const key of keys) {
        const count = (now.get(key) ?? 0) + 1;
        now.set(key, count);
        highest.set(key, Math.max(highest.get(key) ?? 0, count));
      }
      let over = false;
      return () => {
        if (over) return;
        over = true;
        requests -= 1;
        for (const key of keys) {
          const count = (now.get(key) ?? 0) - 1;
          if (count <= 0) now.delete(key);
          else now.set(key, count);
        }
      };
    },
  };
}
