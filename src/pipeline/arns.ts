import type { AccountRegion } from './names.ts';

/** Make ARNs from resource names. Source: Service Authorization Reference, "Resource types" of each service. */
export const tableArn = makeArnFunction('dynamodb', 'table/');
export const queueArn = makeArnFunction('sqs', '');
export const topicArn = makeArnFunction('sns', '');
export const functionArn = makeArnFunction('lambda', 'function:');
export const mappingArn = makeArnFunction('lambda', 'event-source-mapping:');
export const logGroupArn = makeArnFunction('logs', 'log-group:');
export const alarmArn = makeArnFunction('cloudwatch', 'alarm:');

/** IAM is global: role ARNs have no region. */
export function roleArn({ partition, account }: AccountRegion, name: string): string {
  return `arn:${partition}:iam::${account}:role/${name}`;
}

/** @param name `BUCKET`, or `BUCKET/KEY` for objects; bucket names are unique within a partition */
export function s3Arn({ partition }: AccountRegion, name: string): string {
  return `arn:${partition}:s3:::${name}`;
}

function makeArnFunction(service: string, kind: string): (place: AccountRegion, name: string) => string {
  return ({ partition, region, account }, name) => `arn:${partition}:${service}:${region}:${account}:${kind}${name}`;
}
