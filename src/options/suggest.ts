import { closestName } from '../text/closest.ts';

/** Among shorter names everything is near to everything. */
const leastLength = 3;

/** The one of the names that was most likely meant; undefined where none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.trim().toLowerCase();
  const sameLetters = names.find((one) => one.toLowerCase() === wanted);
  if (sameLetters !== undefined || wanted.length < leastLength) return sameLetters;
  const begun = names.filter((one) => one.toLowerCase().startsWith(wanted));
  return begun.length === 1 ? begun[0] : closestName(name, names);
}

/** ` (did you mean 'reject'?)`; empty where no name is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  const meant = nearestName(name, names);
  return meant === undefined ? '' : ` (did you mean '${meant}'?)`;
}
