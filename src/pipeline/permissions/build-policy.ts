import { permissions, type Caller, type Case, type Permission } from './calls.ts';
import type { Policy, Statement } from './policy.ts';
import { resolveArns, type PolicyResource, type Scope } from './scope.ts';

/** Returns the least-privilege policy of a caller: one statement per resource and condition. */
export function buildPolicy(caller: Caller, cases: readonly Case[], scope: Scope): Policy {
  const groups = new Map<string, Omit<Permission, 'actions'> & { actions: Set<string> }>();
  for (const permission of permissions) {
    const { callers, resource, condition, actions } = permission;
    const required = callers[caller];
    if (required === undefined || !(required === 'always' || required.every((one) => cases.includes(one)))) continue;
    const key = `${resource} ${condition ?? ''}`;
    const group = groups.get(key) ?? { ...permission, actions: new Set<string>() };
    for (const action of actions) group.actions.add(action);
    groups.set(key, group);
  }
  const statements = [...groups.values()].map(({ resource, condition, actions }): Statement => {
    const conditions = buildCondition(condition, scope);
    return {
      Sid: buildSid(resource, condition),
      Effect: 'Allow',
      Action: [...actions].sort(),
      Resource: resolveArns(resource, scope),
      ...(conditions !== undefined && { Condition: conditions }),
    };
  });
  return { Version: '2012-10-17', Statement: statements.filter(({ Resource }) => Resource.length > 0) };
}

function buildCondition(condition: Permission['condition'], scope: Scope): Statement['Condition'] | undefined {
  switch (condition) {
    case 'passed to Lambda':
      return { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    case 'of the function':
      return { ArnEquals: { 'lambda:FunctionArn': resolveArns('function', scope) } };
    case undefined:
      return undefined;
  }
}

/** Returns a name such as `OpenMarks`. */
function buildSid(resource: PolicyResource, condition: Permission['condition']): string {
  const words = condition === undefined ? resource : `${resource} ${condition}`;
  return words.replace(/(?:^| )([a-z])/gi, (_, letter: string) => letter.toUpperCase());
}
