import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../../src/errors.ts';
import type { Current, Desired, Kind, Mark, Properties } from '../../../../src/pipeline/provision/resource.ts';
import { isNothing, planFor, type Step } from '../../../../src/pipeline/provision/plan.ts';
import { planLines } from '../../../../src/pipeline/provision/plan-lines.ts';

const queue: Desired = { kind: 'queue', name: 'q', properties: { seconds: 30, policy: { of: ['a', 'b'] } } };
const table: Desired = {
  kind: 'table',
  name: 't',
  properties: { key: 'id', capacity: 'on-demand' },
  ofAdopted: ['key'],
  fixed: ['key'],
};
const notification: Desired = { kind: 'notification', name: 'n', properties: { prefix: 'import/' } };

function planned(desired: Desired, current?: { readonly properties: Properties; readonly mark: Mark }): Step {
  const there = new Map<Kind, Current>(current === undefined ? [] : [[desired.kind, current]]);
  const [step] = planFor([desired], there);
  if (step === undefined) throw new Error('no step');
  return step;
}

describe('the plan', () => {
  const cases: [what: string, desired: Desired, current: Current | undefined, does: Step['do'], changes: string[]][] = [
    ['makes what is not there', queue, undefined, 'create', []],
    ['keeps what is as it should be', queue, { mark: 'made', properties: queue.properties }, 'keep', []],
    ['changes what differs', queue, { mark: 'made', properties: { ...queue.properties, seconds: 20 } }, 'change', ['seconds']],
    ['sees what differs deep inside', queue, { mark: 'made', properties: { seconds: 30, policy: { of: ['a'] } } }, 'change', ['policy']],
    ['sets what is not set', queue, { mark: 'made', properties: { seconds: 30 } }, 'change', ['policy']],
    ['leaves alone what nobody asked for', queue, { mark: 'made', properties: { ...queue.properties, more: 1 } }, 'keep', []],
    ['adopts what was there before', queue, { mark: 'none', properties: queue.properties }, 'adopt', []],
    ['changes what it adopts', queue, { mark: 'none', properties: { ...queue.properties, seconds: 1 } }, 'adopt', ['seconds']],
    ['keeps what it has adopted', queue, { mark: 'adopted', properties: queue.properties }, 'keep', []],
    ['changes what it has adopted', queue, { mark: 'adopted', properties: { ...queue.properties, seconds: 1 } }, 'change', ['seconds']],
    ['changes a table of its own', table, { mark: 'made', properties: { key: 'id', capacity: { write: 5 } } }, 'change', ['capacity']],
    ['leaves the capacity of an adopted table alone', table, { mark: 'adopted', properties: { key: 'id', capacity: { write: 5 } } }, 'keep', []],
    ['leaves the capacity of a table that it adopts alone', table, { mark: 'none', properties: { key: 'id', capacity: { write: 5 } } }, 'adopt', []],
    ['adopts nothing that has no mark of its own', notification, { mark: 'none', properties: { prefix: 'x/' } }, 'change', ['prefix']],
  ]; // prettier-ignore

  it.each(cases)('%s', (_, desired, current, does, changes) => {
    const step = planned(desired, current);
    expect(step.do).toBe(does);
    expect(step.changes.map(({ property }) => property)).toEqual(changes);
  });

  it.each(['made', 'adopted', 'none'] as const)('never replaces a table that holds data (%s)', (mark) => {
    const current = { mark, properties: { key: 'other', capacity: 'on-demand' } };
    expect(() => planned(table, current)).toThrow(LoaderError);
    expect(() => planned(table, current)).toThrow('table t is there already, and its key is other, not id');
  });

  it('says what a property is and what it becomes', () => {
    const step = planned(queue, { mark: 'made', properties: { seconds: 20, policy: { of: ['a', 'b'] } } });
    expect(step.changes).toEqual([{ property: 'seconds', from: 20, to: 30 }]);
  });

  it('is nothing where all is kept', () => {
    const current = new Map<Kind, Current>([['queue', { mark: 'made', properties: queue.properties }]]);
    expect(isNothing(planFor([queue], current))).toBe(true);
    expect(isNothing(planFor([queue, table], current))).toBe(false);
  });
});

describe('the plan as a diff', () => {
  it('shows what is made, changed and kept', () => {
    const current = new Map<Kind, Current>([
      ['queue', { mark: 'made', properties: { ...queue.properties, seconds: 20 } }],
      ['notification', { mark: 'made', properties: notification.properties }],
    ]);
    expect(planLines(planFor([queue, table, notification], current), false)).toEqual([
      '~ change  queue         q',
      '      seconds: 20 → 30',
      '+ make    table         t',
      '      key: id',
      '      capacity: on-demand',
      '= keep    notification  n',
      '',
      '3 parts: 1 to make, 1 to change, 1 to keep.',
    ]);
  });

  it('shows only what differs inside of values that have parts', () => {
    const role = (Action: string[], more: object[] = []): Properties => ({
      policy: { Version: 'x', Statement: [{ Sid: 'Queue', Action }, ...more] as never },
      text: JSON.stringify({ table: 'people', notify: Action.length > 1 ? 'arn' : null }),
    });
    const current = new Map<Kind, Current>([['role', { mark: 'made', properties: role(['sqs:SendMessage']) }]]);
    const desired: Desired = {
      ...{ kind: 'role', name: 'r' },
      properties: role(['sqs:SendMessage', 'sqs:DeleteMessage'], [{ Sid: 'Topic' }]),
    };
    expect(planLines(planFor([desired], current), false).slice(1, 4)).toEqual([
      '      policy.Statement.Queue.Action.sqs:DeleteMessage: none → sqs:DeleteMessage',
      '      policy.Statement.Topic: none → {"Sid":"Topic"}',
      '      text.notify: none → arn',
    ]);
  });

  it('cuts long values, and paints where it may', () => {
    const long: Desired = { kind: 'role', name: 'r', properties: { policy: 'x'.repeat(200) } };
    const [head, line] = planLines(planFor([long], new Map()), true);
    expect(head).toBe('\u001b[32m+ make    role  r\u001b[39m');
    expect(line).toBe(`      policy: ${'x'.repeat(100)}…`);
  });

  it('says that nothing is to be done', () => {
    const current = new Map<Kind, Current>([['queue', { mark: 'made', properties: queue.properties }]]);
    expect(planLines(planFor([queue], current), false).at(-1)).toBe('Nothing to do: all is as it should be.');
  });
});
