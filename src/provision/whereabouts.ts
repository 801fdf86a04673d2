import type { PipelineNames, Place } from '../pipeline/names.ts';

/** Where the parts of a pipeline are to be found. */
export interface Whereabouts {
  readonly place: Place;
  readonly names: PipelineNames;
  readonly bucket: string;
  readonly table: string;
}

export function topicArn({ place, names }: Whereabouts): string {
  return `arn:${place.partition}:sns:${place.region}:${place.account}:${names.topic}`;
}

export function queueArn({ place }: Whereabouts, name: string): string {
  return `arn:${place.partition}:sqs:${place.region}:${place.account}:${name}`;
}

export function bucketArn({ place }: Whereabouts, bucket: string): string {
  return `arn:${place.partition}:s3:::${bucket}`;
}

export function functionArn({ place, names }: Whereabouts): string {
  return `arn:${place.partition}:lambda:${place.region}:${place.account}:function:${names.function}`;
}

export function roleArn({ place, names }: Whereabouts): string {
  return `arn:${place.partition}:iam::${place.account}:role/${names.role}`;
}

export function tableArn({ place, table }: Whereabouts): string {
  return `arn:${place.partition}:dynamodb:${place.region}:${place.account}:table/${table}`;
}
