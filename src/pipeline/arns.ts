import type { Place } from './names.ts';

/** ARNs of what a pipeline has, by name. Source: Service Authorization Reference, "Resource types" of each service. */
export const tableArn = of('dynamodb', 'table/');
export const queueArn = of('sqs', '');
export const topicArn = of('sns', '');
export const functionArn = of('lambda', 'function:');
export const mappingArn = of('lambda', 'event-source-mapping:');
export const logGroupArn = of('logs', 'log-group:');
export const alarmArn = of('cloudwatch', 'alarm:');

/** Roles belong to no region. */
export function roleArn({ partition, account }: Place, name: string): string {
  return `arn:${partition}:iam::${account}:role/${name}`;
}

/** Of a bucket, or of objects: `BUCKET/KEY`. Their names are the only ones of their kind. */
export function s3Arn({ partition }: Place, name: string): string {
  return `arn:${partition}:s3:::${name}`;
}

function of(service: string, kind: string): (place: Place, name: string) => string {
  return ({ partition, region, account }, name) => `arn:${partition}:${service}:${region}:${account}:${kind}${name}`;
}
