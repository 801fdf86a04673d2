import { expect, it } from 'vitest';
import { removalLines, removalsFor } from '../../../../src/pipeline/provision/destroy-plan.ts';
import { kinds, type Current, type Kind, type Mark } from '../../../../src/pipeline/provision/resource.ts';

const names = Object.fromEntries(kinds.map((kind) => [kind, `the ${kind}`])) as Record<Kind, string>;

function current(marks: Partial<Record<Kind, Mark>>): Map<Kind, Current> {
  return new Map(Object.entries(marks).map(([kind, mark]) => [kind as Kind, { mark, properties: {} }]));
}

function fates(marks: Partial<Record<Kind, Mark>>, deleteData: boolean): Partial<Record<Kind, string>> {
  return Object.fromEntries(removalsFor(current(marks), names, deleteData).map(({ kind, do: what }) => [kind, what]));
}

const all = (mark: Mark): Partial<Record<Kind, Mark>> => Object.fromEntries(kinds.map((kind) => [kind, mark]));

it('takes down the last that was made first', () => {
  expect(removalsFor(current(all('made')), names, true).map(({ kind }) => kind)).toEqual([...kinds].reverse());
});

it('deletes all that was made, where data may go', () => {
  expect(new Set(Object.values(fates(all('made'), true)))).toEqual(new Set(['delete']));
});

it('keeps bucket and table, and what lies in the bucket, where data is to stay', () => {
  const kept = Object.entries(fates(all('made'), false)).filter(([, what]) => what === 'keep');
  expect(kept.map(([kind]) => kind).sort()).toEqual(['bucket', 'default settings', 'description', 'table']);
});

it.each([true, false])('never deletes what was adopted (data may go: %s)', (deleteData) => {
  const fate = fates(all('adopted'), deleteData);
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
    expect(fate[kind], kind).toBe('release');
  }
});

it('takes its own things out of an adopted bucket', () => {
  const fate = fates(
    { bucket: 'adopted', description: 'made', 'default settings': 'made', notification: 'made' },
    false,
  );
  expect(fate).toEqual({
    bucket: 'release',
    description: 'delete',
    'default settings': 'delete',
    notification: 'delete',
  });
});

it.each([true, false])('leaves alone what only has the name (data may go: %s)', (deleteData) => {
  expect(fates({ queue: 'none', table: 'none', bucket: 'none' }, deleteData)).toEqual({
    queue: 'keep',
    table: 'keep',
    bucket: 'keep',
  });
});

it('is nothing where nothing is there', () => {
  expect(removalsFor(new Map(), names, true)).toEqual([]);
});

it('says what is kept, and why', () => {
  expect(removalLines(removalsFor(current({ table: 'made', queue: 'adopted', alarm: 'made' }), names, false))).toEqual([
    '- delete   alarm  the alarm',
    '= keep     table  the table (it holds data: --delete-data deletes it)',
    '< release  queue  the queue',
  ]);
});
