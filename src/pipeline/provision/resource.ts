/** What a resource of a pipeline is, as JSON: names of its properties and their values. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Properties = Readonly<Record<string, Json>>;

/** A property that is a text. */
export function textIn(properties: Properties, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}

/** The resources, in the order in which they are made; they are taken down in the opposite one. */
export const kinds = [
  'topic',
  'bucket',
  // Before the others: it tells `destroy` which table there is.
  'description',
  'default settings',
  'dead-letter queue',
  'queue',
  'table',
  'notification',
  'log group',
  'role',
  'function',
  'event source mapping',
  'alarm',
] as const;
export type Kind = (typeof kinds)[number];

/** Those in others, without a mark of their own: who has what they are part of has them, too. */
export const unmarkedKinds: ReadonlySet<Kind> = new Set([
  'notification',
  'event source mapping',
  'description',
  'default settings',
]);

/** Whose a resource is, as its tag says: made by this pipeline, taken over by it, or neither yet. */
export type Mark = 'made' | 'adopted' | 'none';

/** A resource as it should be. */
export interface Desired {
  readonly kind: Kind;
  readonly name: string;
  readonly properties: Properties;
  /** Those that also hold for a resource that was there before; default: all. What is somebody else's otherwise stays as it is. */
  readonly ofAdopted?: readonly string[];
  /** Those that cannot be changed without losing what the resource holds. */
  readonly fixed?: readonly string[];
}

/** A resource as it is. */
export interface Current {
  readonly properties: Properties;
  readonly mark: Mark;
}

/** What can be done with a resource. All of it throws a LoaderError that names the action which failed. */
export interface Resource {
  /** @returns undefined if it does not exist. */
  read(): Promise<Current | undefined>;
  /** Makes it, marked; returns when it can be used. */
  create(properties: Properties): Promise<unknown>;
  /** @param names of the properties that differ. */
  change(properties: Properties, names: ReadonlySet<string>): Promise<unknown>;
  /** Marks one that was there before. */
  adopt(): Promise<unknown>;
  /** Deletes one that was made. Nothing if it is gone. */
  delete(): Promise<unknown>;
  /** Takes the mark off an adopted one, and out of it what was put into it. Nothing if it is gone. */
  release(): Promise<unknown>;
}

export interface ResourceOptions {
  /** The function's package, for making and changing it. */
  readonly zip?: Uint8Array;
  /** Of the topic: whom it is to write to. It has to be confirmed by whoever reads there. */
  readonly email?: string | undefined;
}

/** Of a resource without a mark of its own. */
export const unmarked: Pick<Resource, 'adopt' | 'release'> = {
  adopt: () => Promise.resolve(),
  release: () => Promise.resolve(),
};
