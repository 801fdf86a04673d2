import { calls, type Call, type Caller, type Case } from './calls.ts';
import type { Policy, Statement } from './policy.ts';
import { arnsOf, type On, type Scope } from './scope.ts';

/** The least policy with which a caller does its work: one statement for each thing it is about. */
export function neededBy(caller: Caller, cases: readonly Case[], scope: Scope): Policy {
  const about = new Map<string, { on: On; condition: Call['condition']; actions: Set<string> }>();
  for (const { by, on, condition, actions } of calls) {
    const when = by[caller];
    if (when === undefined || !(when === 'always' || when.every((one) => cases.includes(one)))) continue;
    const key = `${on} ${condition ?? ''}`;
    const known = about.get(key) ?? { on, condition, actions: new Set<string>() };
    for (const action of actions) known.actions.add(action);
    about.set(key, known);
  }
  const statements = [...about.values()].map(({ on, condition, actions }): Statement => {
    const when = conditionOf(condition, scope);
    return {
      Sid: sidOf(on, condition),
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: arnsOf(on, scope),
      ...(when !== undefined && { Condition: when }),
    };
  });
  return { Version: '2012-10-17', Statement: statements.filter(({ Resource }) => Resource.length > 0) };
}

function conditionOf(condition: Call['condition'], scope: Scope): Statement['Condition'] | undefined {
  switch (condition) {
    case 'passed to Lambda':
      return { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    case 'of the function':
      return { ArnEquals: { 'lambda:FunctionArn': arnsOf('function', scope) } };
    case undefined:
      return undefined;
  }
}

/** `OpenMarks` */
function sidOf(on: On, condition: Call['condition']): string {
  const words = condition === undefined ? on : `${on} ${condition}`;
  return words.replace(/(?:^| )([a-z])/gi, (_, letter: string) => letter.toUpperCase());
}
