/** Counts how many concurrent requests contain a key. */
export interface InFlight {
  /** Maximum number of concurrent requests for each key. */
  readonly highest: ReadonlyMap<string, number>;
  /** Maximum number of concurrent requests. */
  readonly highestRequests: number;
  /** Starts a request. Returns a function that ends it; further calls do nothing. */
  enter(keys: readonly string[]): () => void;
}

export function countInFlight(): InFlight {
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
