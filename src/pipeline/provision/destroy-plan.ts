import { kinds, untaggedKinds, type CurrentStates, type Kind } from './resource.ts';

/** How `destroy` treats a resource. */
export interface Removal {
  readonly kind: Kind;
  readonly name: string;
  /** `release`: keep an adopted resource, but remove the tag and settings of the pipeline. */
  readonly do: 'delete' | 'release' | 'keep';
  /** The reason for keeping it. */
  readonly why: string | null;
}

/** Resources that contain data. */
const dataKinds: ReadonlySet<Kind> = new Set(['bucket', 'table']);
/** Objects in the bucket. They are kept or deleted together with it. */
const bucketObjectKinds: ReadonlySet<Kind> = new Set(['description', 'default settings']);

/**
 * Plans the removal of the existing resources, in reverse order of creation. Pure. An adopted resource is never deleted. A
 * resource that contains data is deleted only if `deleteData` is true.
 */
export function planRemovals(
  current: CurrentStates,
  names: Readonly<Record<Kind, string>>,
  deleteData: boolean,
): readonly Removal[] {
  const existing = kinds.filter((kind) => current.has(kind)).reverse();
  return existing.map((kind) => ({ kind, name: names[kind], ...decideRemoval(kind, current, deleteData) }));
}

function decideRemoval(kind: Kind, current: CurrentStates, deleteData: boolean): Pick<Removal, 'do' | 'why'> {
  const ownership = current.get(kind)?.ownership;
  if (bucketObjectKinds.has(kind)) {
    const canDelete = deleteData || current.get('bucket')?.ownership !== 'made';
    return canDelete ? { do: 'delete', why: null } : { do: 'keep', why: 'part of the bucket' };
  }
  if (untaggedKinds.has(kind)) return { do: 'delete', why: null };
  if (ownership === 'adopted') return { do: 'release', why: null };
  if (ownership !== 'made') return { do: 'keep', why: 'not created by this pipeline' };
  if (dataKinds.has(kind) && !deleteData) return { do: 'keep', why: 'contains data; delete it with --delete-data' };
  return { do: 'delete', why: null };
}

const signs = { delete: '-', release: '<', keep: '=' } as const;

/** Formats removals as lines such as `- delete   queue  csv2ddb`. */
export function formatRemovals(removals: readonly Removal[]): string[] {
  const width = Math.max(...removals.map(({ kind }) => kind.length));
  return removals.map(
    ({ kind, name, do: action, why }) =>
      `${signs[action]} ${action.padEnd(7)}  ${kind.padEnd(width)}  ${name}${why === null ? '' : ` (${why})`}`,
  );
}
