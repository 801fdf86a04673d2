/** Returns the name with the smallest edit distance, ignoring letter case; undefined if none is similar. */
export function findClosestName(name: string, names: readonly string[]): string | undefined {
  const target = name.trim().toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.ceil(target.length / 3) + 1;
  for (const candidate of names) {
    const distance = editDistance(target, candidate.trim().toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Returns the Levenshtein distance (insertions, deletions, replacements) from `a` to `b`, or `limit` if it is smaller. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const removed = (previous[j] ?? 0) + 1;
      const inserted = (current[j - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, inserted));
    }
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}
