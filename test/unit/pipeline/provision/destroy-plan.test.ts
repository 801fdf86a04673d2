import { expect, it } from 'vitest';
import { formatRemovals, planRemovals } from '../../../../src/pipeline/provision/destroy-plan.ts';
import { kinds, type CurrentState, type Kind, type Ownership } from '../../../../src/pipeline/provision/resource.ts';

const names = Object.fromEntries(kinds.map((kind) => [kind, `the ${kind}`])) as Record<Kind, string>;

function currentStates(owners: Partial<Record<Kind, Ownership>>): Map<Kind, CurrentState> {
  return new Map(Object.entries(owners).map(([kind, ownership]) => [kind as Kind, { ownership, properties: {} }]));
}

function planActions(owners: Partial<Record<Kind, Ownership>>, deleteData: boolean): Partial<Record<Kind, string>> {
  return Object.fromEntries(
    planRemovals(currentStates(owners), names, deleteData).map(({ kind, do: action }) => [kind, action]),
  );
}

const all = (ownership: Ownership): Partial<Record<Kind, Ownership>> =>
  Object.fromEntries(kinds.map((kind) => [kind, ownership]));

it('removals are in reverse order of creation', () => {
  expect(planRemovals(currentStates(all('made')), names, true).map(({ kind }) => kind)).toEqual([...kinds].reverse());
});

it('--delete-data deletes everything that the pipeline created', () => {
  expect(new Set(Object.values(planActions(all('made'), true)))).toEqual(new Set(['delete']));
});

it('without --delete-data the bucket, its objects and the table are kept', () => {
  const kept = Object.entries(planActions(all('made'), false)).filter(([, action]) => action === 'keep');
  expect(kept.map(([kind]) => kind).sort()).toEqual(['bucket', 'default settings', 'description', 'table']);
});

it.each([true, false])('adopted resources are never deleted (deleteData: %s)', (deleteData) => {
  const actions = planActions(all('adopted'), deleteData);
  for (const kind of [
    'topic',
    'bucket',
    'dead-letter queue',
    'queue',
    'table',
    'log group',
    'role',
    'function',
    'alarm',
  ] as const) {
    expect(actions[kind], kind).toBe('release');
  }
});

it('the objects of the pipeline are removed from an adopted bucket', () => {
  const actions = planActions(
    { bucket: 'adopted', description: 'made', 'default settings': 'made', notification: 'made' },
    false,
  );
  expect(actions).toEqual({
    bucket: 'release',
    description: 'delete',
    'default settings': 'delete',
    notification: 'delete',
  });
});

it.each([true, false])('untagged resources with the same name are kept (deleteData: %s)', (deleteData) => {
  expect(planActions({ queue: 'none', table: 'none', bucket: 'none' }, deleteData)).toEqual({
    queue: 'keep',
    table: 'keep',
    bucket: 'keep',
  });
});

it('there is nothing to remove if no resource exists', () => {
  expect(planRemovals(new Map(), names, true)).toEqual([]);
});

it('removalLines states which resources are kept, and why', () => {
  expect(
    formatRemovals(planRemovals(currentStates({ table: 'made', queue: 'adopted', alarm: 'made' }), names, false)),
  ).toEqual([
    '- delete   alarm  the alarm',
    '= keep     table  the table (contains data; delete it with --delete-data)',
    '< release  queue  the queue',
  ]);
});
