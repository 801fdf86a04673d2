import { kinds, unmarkedKinds, type Current, type Kind } from './resource.ts';

/** What is to become of a resource when its pipeline is taken down. */
export interface Removal {
  readonly kind: Kind;
  readonly name: string;
  /** `release`: it was there before; what the pipeline put into it is taken out, and it stays. */
  readonly do: 'delete' | 'release' | 'keep';
  /** Why it is kept. */
  readonly why: string | null;
}

/** Resources that hold data. */
const ofData: ReadonlySet<Kind> = new Set(['bucket', 'table']);
/** Those in the bucket that go with it, and that stay for as long as it does. */
const inBucket: ReadonlySet<Kind> = new Set(['description', 'default settings']);

/**
 * What is taken down, the last that was made first. Pure. What was adopted is never deleted, and what holds data only where
 * that is asked for.
 */
export function removalsFor(
  current: ReadonlyMap<Kind, Current>,
  names: Readonly<Record<Kind, string>>,
  deleteData: boolean,
): readonly Removal[] {
  const there = kinds.filter((kind) => current.has(kind)).reverse();
  return there.map((kind) => ({ kind, name: names[kind], ...fateOf(kind, current, deleteData) }));
}

function fateOf(kind: Kind, current: ReadonlyMap<Kind, Current>, deleteData: boolean): Pick<Removal, 'do' | 'why'> {
  const mark = current.get(kind)?.mark;
  if (inBucket.has(kind)) {
    const goes = deleteData || current.get('bucket')?.mark !== 'made';
    return goes ? { do: 'delete', why: null } : { do: 'keep', why: 'it is part of the bucket' };
  }
  if (unmarkedKinds.has(kind)) return { do: 'delete', why: null };
  if (mark === 'adopted') return { do: 'release', why: null };
  if (mark !== 'made') return { do: 'keep', why: 'it is none of this pipeline' };
  if (ofData.has(kind) && !deleteData) return { do: 'keep', why: 'it holds data: --delete-data deletes it' };
  return { do: 'delete', why: null };
}

const signs = { delete: '-', release: '<', keep: '=' } as const;

/** `- delete  queue  csv2ddb` */
export function removalLines(removals: readonly Removal[]): string[] {
  const width = Math.max(...removals.map(({ kind }) => kind.length));
  return removals.map(
    ({ kind, name, do: what, why }) =>
      `${signs[what]} ${what.padEnd(7)}  ${kind.padEnd(width)}  ${name}${why === null ? '' : ` (${why})`}`,
  );
}
