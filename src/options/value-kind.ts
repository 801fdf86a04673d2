import { hideUrlSecrets } from '../text/hide-url-secrets.ts';

/** The reason why the value of an option is invalid. The message follows the name of the option. */
export class ValueProblem extends Error {}

/** A part of a JSON Schema (draft-07). */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * A kind of option value. It has two forms: text on the command line, and JSON in a config file or a program. `write`
 * turns JSON into the text that a user would type, and `parse` reads the text.
 */
export interface ValueKind<T> {
  /** @throws ValueProblem */
  readonly parse: (text: string) => T;
  /**
   * Turns a JSON value into text; a string is returned as it is. Undefined: the option counts as not given.
   * @throws ValueProblem if the JSON type is wrong
   */
  readonly write: (json: unknown) => string | undefined;
  /** Schema of the value in a config file. `write` and `parse` accept every value that matches it, and more. */
  readonly schema: Schema;
  /** Shown for the value in the help: `<n>`, or `[dir]` if the value is optional. Undefined for a switch. */
  readonly placeholder?: string;
  /** Shown in the help: `1 to 64`, or the choices. */
  readonly range?: string;
  /** For shell completion. */
  readonly choices?: readonly string[];
  /** For shell completion of a path. */
  readonly path?: 'file' | 'folder';
}

/** The problem of text that does not have the expected form. */
export function unexpected(expected: string, text: string, suggestion = ''): ValueProblem {
  return new ValueProblem(`must be ${expected}, not '${hideUrlSecrets(text)}'${suggestion}`);
}

/** Returns JSON that must be a string. In YAML, an unquoted string may have become a number or a boolean. */
export function writeText(json: unknown): string {
  if (typeof json === 'string') return json;
  throw new ValueProblem(`must be a string, not ${describeJson(json)}${quotesAdvice(json)}`);
}

/** Returns JSON that must be a string or a number as text. */
export function writeNumberOrText(json: unknown): string {
  if (typeof json === 'number') return String(json);
  if (typeof json === 'string') return json;
  throw new ValueProblem(`must be a number, not ${describeJson(json)}`);
}

/** Describes a value in a message: `a list`, `the number 12`, `true`. */
export function describeJson(json: unknown): string {
  if (typeof json === 'string') return `the string '${hideUrlSecrets(json)}'`;
  if (typeof json === 'number' || typeof json === 'bigint') return `the number ${json}`;
  if (typeof json === 'boolean') return String(json);
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'a list';
  if (typeof json !== 'object') return `a ${typeof json}`;
  return isMap(json) ? 'a map' : 'an instance of a class';
}

/** The advice to quote a value that YAML may have converted. */
export function quotesAdvice(json: unknown): string {
  return typeof json === 'number' || typeof json === 'boolean' || json === null ? ': put it in quotes' : '';
}

/** Whether a value is a plain object: not a list, not an instance of a class. */
export function isMap(json: unknown): json is Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null) return false;
  const prototype: unknown = Object.getPrototypeOf(json);
  return prototype === null || prototype === Object.prototype;
}
