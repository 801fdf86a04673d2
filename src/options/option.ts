import type { ValueKind } from './value-kind.ts';
import { switched } from './values.ts';

/** Headings of the help and of docs/options.md, in their order. */
export const groups = {
  global: 'Global options',
  table: 'Table',
  source: 'Sources',
  read: 'Reading the CSV',
  map: 'Making items',
  write: 'Writing',
  report: 'Reports, rejects and resuming',
  local: 'Embedded DynamoDB',
  pipeline: 'Pipeline',
  upload: 'Uploading',
  provision: 'Making and taking down a pipeline',
  permissions: 'Permissions',
} as const;

export type Group = keyof typeof groups;

/** The commands; all take the global options. */
export type CommandName =
  'direct' | 'upload' | 'provision' | 'worker' | 'status' | 'redrive' | 'destroy' | 'local' | 'completion';

/**
 * All that is known of an option; help, parser, checks, docs/options.md, config.schema.json and shell completion
 * come from here.
 */
export interface Option<T> {
  /** Long name without the dashes. */
  readonly name: string;
  /** Undefined: every command takes it. */
  readonly commands: readonly CommandName[] | undefined;
  readonly group: Group;
  /** In place of that of its kind. */
  readonly placeholder?: string;
  readonly help: string;
  /** As a user would write it; undefined where not giving the option has a meaning of its own. */
  readonly default: string | undefined;
  /** What holds when the option is not given, where `default` cannot say it. */
  readonly otherwise: string | undefined;
  /** The value of an option whose value was left out. */
  readonly bare: string | undefined;
  /** Name of the environment variable. */
  readonly env: string;
  /** How its value is read, from text and from JSON. */
  readonly kind: ValueKind<T>;
  /** What holds when the option is not given. */
  readonly absent: T;
}

/** Where an option belongs. */
export interface Where {
  readonly commands: readonly CommandName[] | undefined;
  readonly group: Group;
}

/** An option that has no name yet: its key in the table is its name. */
type Declared<T> = Omit<Option<T>, 'name' | 'env'>;

type AboutValue<T> = Pick<Option<T>, 'placeholder' | 'help' | 'kind'>;

const blank = { default: undefined, otherwise: undefined, bare: undefined };

/** An option that always has a value. */
export function valued<T>(where: Where, about: AboutValue<T> & { readonly default: string }): Declared<T> {
  return { ...blank, ...where, ...about, absent: about.kind.parse(about.default) };
}

/** An option that may be left out; `otherwise` says what that means. */
export function optional<T>(
  where: Where,
  about: AboutValue<T> & { readonly otherwise: string; readonly bare?: string },
): Declared<T | undefined> {
  return { ...blank, ...where, ...about, absent: undefined };
}

/** An option without a value. */
export function flag(where: Where, help: string): Declared<boolean> {
  return { ...blank, ...where, help, kind: switched, absent: false };
}

/** Names options by their keys: `retryFor` is `--retry-for` and CSV2DDB_RETRY_FOR. */
export function nameOptions<D extends Readonly<Record<string, Declared<unknown>>>>(
  declared: D,
): { readonly [K in keyof D]: D[K] & Pick<Option<unknown>, 'name' | 'env'> } {
  const entries = Object.entries(declared).map(([key, option]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [key, { ...option, name, env: `CSV2DDB_${name.toUpperCase().replaceAll('-', '_')}` }];
  });
  return Object.fromEntries(entries) as ReturnType<typeof nameOptions<D>>;
}

/** `--max-errors <n|n%>` */
export function usageOf(option: Option<unknown>): string {
  const placeholder = option.placeholder ?? option.kind.placeholder;
  return placeholder === undefined ? `--${option.name}` : `--${option.name} ${placeholder}`;
}

/** What holds when the option is not given, for people; undefined for a switch. */
export function defaultOf(option: Option<unknown>): string | undefined {
  return option.default ?? option.otherwise;
}
