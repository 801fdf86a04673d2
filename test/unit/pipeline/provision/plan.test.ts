import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import type { CurrentState, DesiredState, Kind, Properties } from '../../../../src/pipeline/provision/resource.ts';
import { isUpToDate, makePlan, type PlanStep } from '../../../../src/pipeline/provision/plan.ts';
import { formatPlan } from '../../../../src/pipeline/provision/plan-lines.ts';

const queue: DesiredState = { kind: 'queue', name: 'q', properties: { seconds: 30, policy: { of: ['a', 'b'] } } };
const table: DesiredState = {
  kind: 'table',
  name: 't',
  properties: { key: 'id', capacity: 'on-demand' },
  ifAdopted: ['key'],
  fixed: ['key'],
};
const notification: DesiredState = { kind: 'notification', name: 'n', properties: { prefix: 'import/' } };

function planOne(desired: DesiredState, current?: CurrentState): PlanStep {
  const currentStates = new Map<Kind, CurrentState>(current === undefined ? [] : [[desired.kind, current]]);
  const [step] = makePlan([desired], currentStates);
  if (step === undefined) throw new Error('no step');
  return step;
}

describe('makePlan', () => {
  const cases: [what: string, desired: DesiredState, current: CurrentState | undefined, does: PlanStep['do'], changes: string[]][] = [
    ['creates a resource that does not exist', queue, undefined, 'create', []],
    ['keeps a resource in the desired state', queue, { ownership: 'made', properties: queue.properties }, 'keep', []],
    ['changes a property that differs', queue, { ownership: 'made', properties: { ...queue.properties, seconds: 20 } }, 'change', ['seconds']],
    ['finds differences in nested values', queue, { ownership: 'made', properties: { seconds: 30, policy: { of: ['a'] } } }, 'change', ['policy']],
    ['sets a missing property', queue, { ownership: 'made', properties: { seconds: 30 } }, 'change', ['policy']],
    ['ignores properties that are not part of the desired state', queue, { ownership: 'made', properties: { ...queue.properties, more: 1 } }, 'keep', []],
    ['adopts a resource that existed before', queue, { ownership: 'none', properties: queue.properties }, 'adopt', []],
    ['changes the properties of a resource that it adopts', queue, { ownership: 'none', properties: { ...queue.properties, seconds: 1 } }, 'adopt', ['seconds']],
    ['keeps an adopted resource in the desired state', queue, { ownership: 'adopted', properties: queue.properties }, 'keep', []],
    ['changes the properties of an adopted resource', queue, { ownership: 'adopted', properties: { ...queue.properties, seconds: 1 } }, 'change', ['seconds']],
    ['changes the capacity of its own table', table, { ownership: 'made', properties: { key: 'id', capacity: { write: 5 } } }, 'change', ['capacity']],
    ['keeps the capacity of an adopted table', table, { ownership: 'adopted', properties: { key: 'id', capacity: { write: 5 } } }, 'keep', []],
    ['keeps the capacity of a table that it adopts', table, { ownership: 'none', properties: { key: 'id', capacity: { write: 5 } } }, 'adopt', []],
    ['changes an untagged resource instead of adopting it', notification, { ownership: 'none', properties: { prefix: 'x/' } }, 'change', ['prefix']],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, desired, current, does, changes) => {
    const step = planOne(desired, current);
    expect(step.do).toBe(does);
    expect(step.changes.map(({ property }) => property)).toEqual(changes);
  });

  it.each(['made', 'adopted', 'none'] as const)('rejects a table with different keys (%s)', (ownership) => {
    const current = { ownership, properties: { key: 'other', capacity: 'on-demand' } };
    expect(() => planOne(table, current)).toThrow(LoaderError);
    expect(() => planOne(table, current)).toThrow('cannot use the existing table t: its key is other, not id');
  });

  it('contains the current and the desired value of each changed property', () => {
    const step = planOne(queue, { ownership: 'made', properties: { seconds: 20, policy: { of: ['a', 'b'] } } });
    expect(step.changes).toEqual([{ property: 'seconds', from: 20, to: 30 }]);
  });

  it('has nothing to do if every resource is kept', () => {
    const current = new Map<Kind, CurrentState>([['queue', { ownership: 'made', properties: queue.properties }]]);
    expect(isUpToDate(makePlan([queue], current))).toBe(true);
    expect(isUpToDate(makePlan([queue, table], current))).toBe(false);
  });
});

describe('planLines', () => {
  it('lists the resources to create, change and keep', () => {
    const current = new Map<Kind, CurrentState>([
      ['queue', { ownership: 'made', properties: { ...queue.properties, seconds: 20 } }],
      ['notification', { ownership: 'made', properties: notification.properties }],
    ]);
    expect(formatPlan(makePlan([queue, table, notification], current), false)).toEqual([
      '~ change  queue         q',
      '      seconds: 20 → 30',
      '+ create  table         t',
      '      key: id',
      '      capacity: on-demand',
      '= keep    notification  n',
      '',
      '3 resources: 1 to create, 1 to change, 1 to keep.',
    ]);
  });

  it('lists only the elements of nested values that differ', () => {
    const role = (Action: string[], more: object[] = []): Properties => ({
      policy: { Version: 'x', Statement: [{ Sid: 'Queue', Action }, ...more] as never },
      text: JSON.stringify({ table: 'people', notify: Action.length > 1 ? 'arn' : null }),
    });
    const current = new Map<Kind, CurrentState>([
      ['role', { ownership: 'made', properties: role(['sqs:SendMessage']) }],
    ]);
    const desired: DesiredState = {
      kind: 'role',
      name: 'r',
      properties: role(['sqs:SendMessage', 'sqs:DeleteMessage'], [{ Sid: 'Topic' }]),
    };
    expect(formatPlan(makePlan([desired], current), false).slice(1, 4)).toEqual([
      '      policy.Statement.Queue.Action.sqs:DeleteMessage: none → sqs:DeleteMessage',
      '      policy.Statement.Topic: none → {"Sid":"Topic"}',
      '      text.notify: none → arn',
    ]);
  });

  it('truncates long values, and uses colors if enabled', () => {
    const long: DesiredState = { kind: 'role', name: 'r', properties: { policy: 'x'.repeat(200) } };
    const [head, line] = formatPlan(makePlan([long], new Map()), true);
    expect(head).toBe('\u001b[32m+ create  role  r\u001b[39m');
    expect(line).toBe(`      policy: ${'x'.repeat(100)}…`);
  });

  it('states that the pipeline is up to date', () => {
    const current = new Map<Kind, CurrentState>([['queue', { ownership: 'made', properties: queue.properties }]]);
    expect(formatPlan(makePlan([queue], current), false).at(-1)).toBe('No changes: the pipeline is up to date.');
  });
});
