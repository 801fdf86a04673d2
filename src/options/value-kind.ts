import { publicText } from '../text/public-text.ts';

/** What is wrong with the value of an option, for the list of problems that the user gets. */
export class ValueProblem extends Error {}

/** A part of a JSON Schema (draft-07). */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * A kind of value, in its two forms: the text of the command line, and the JSON of a config file or of a
 * program. JSON is written as the text that a user would have typed; from there on both go one way.
 */
export interface ValueKind<T> {
  /** Reads the text. @throws ValueProblem */
  readonly parse: (text: string) => T;
  /**
   * Writes a JSON value as text; a string is such a text already. Undefined: as if the option were not given.
   * @throws ValueProblem where it is of a type that does not fit
   */
  readonly write: (json: unknown) => string | undefined;
  /** What a config file is to hold. All that it accepts `write` and `parse` accept, but not the other way round. */
  readonly schema: Schema;
  /** Stands for the value in the help: `<n>`, or `[dir]` if it may be left out; undefined for a switch. */
  readonly placeholder?: string;
  /** All there is to choose from. */
  readonly choices?: readonly string[];
  /** What a path leads to. */
  readonly path?: 'file' | 'folder';
}

/** The problem of a text that is not what it should be. */
export function unexpected(expected: string, text: string, suggestion = ''): ValueProblem {
  return new ValueProblem(`takes ${expected}, not '${publicText(text)}'${suggestion}`);
}

/** JSON that must be a string. What YAML takes for a number or a switch may have been meant as text. */
export function writeText(json: unknown): string {
  if (typeof json === 'string') return json;
  throw new ValueProblem(`is ${describeJson(json)} where a text belongs${quotesAdvice(json)}`);
}

/** JSON that may be a string or a number. */
export function writeNumberOrText(json: unknown): string {
  if (typeof json === 'number') return String(json);
  if (typeof json === 'string') return json;
  throw new ValueProblem(`is ${describeJson(json)} where a number belongs`);
}

/** `a list`, `the number 12`, `true`, for messages. */
export function describeJson(json: unknown): string {
  if (typeof json === 'string') return `the text '${publicText(json)}'`;
  if (typeof json === 'number' || typeof json === 'bigint') return `the number ${json}`;
  if (typeof json === 'boolean') return String(json);
  if (json === null) return 'nothing';
  if (Array.isArray(json)) return 'a list';
  return typeof json === 'object' ? 'a map' : `a ${typeof json}`;
}

/** A text that YAML took for something else needs quotes. */
export function quotesAdvice(json: unknown): string {
  return typeof json === 'number' || typeof json === 'boolean' || json === null ? ': put it in quotes' : '';
}

/** An object with keys and values; no list, no instance of a class. */
export function isMap(json: unknown): json is Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null) return false;
  const prototype: unknown = Object.getPrototypeOf(json);
  return prototype === null || prototype === Object.prototype;
}
