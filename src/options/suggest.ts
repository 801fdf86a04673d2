import { findClosestName } from '../text/closest.ts';

/** Shorter names are too similar to each other for a suggestion. */
const minLength = 3;

/** Returns the most similar name; undefined if none is similar. */
export function findNearestName(name: string, names: readonly string[]): string | undefined {
  const typed = name.trim().toLowerCase();
  const sameLetters = names.find((one) => one.toLowerCase() === typed);
  if (sameLetters !== undefined || typed.length < minLength) return sameLetters;
  const completions = names.filter((one) => one.toLowerCase().startsWith(typed));
  return completions.length === 1 ? completions[0] : findClosestName(name, names);
}

/** Returns ` (did you mean 'reject'?)`, or an empty string if no name is similar. */
export function didYouMean(name: string, names: readonly string[]): string {
  const nearest = findNearestName(name, names);
  return nearest === undefined ? '' : ` (did you mean '${nearest}'?)`;
}
