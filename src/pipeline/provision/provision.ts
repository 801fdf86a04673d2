import { isDeepStrictEqual } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { s3Bucket } from '../bucket/s3-bucket.ts';
import { descriptionName, readDescription, type Description } from '../description.ts';
import type { Place } from '../names.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { apply, type ApplyOptions } from './apply.ts';
import type { Clients } from './clients.ts';
import { findFacts, type SpecBefore } from './facts.ts';
import { functionPackage } from './package-file.ts';
import type { Current, Kind } from './resource.ts';
import { desiredState, resourcesOf, type Resources } from './resources/index.ts';
import { isNothing, planFor, type Plan } from './plan.ts';
import type { Facts, Spec } from './spec.ts';

export interface ProvisionOptions extends ApplyOptions {
  readonly aws: AwsSettings;
  /** Told what is to be done, before it is done. @returns whether to do it */
  readonly isToBeDone: (plan: Plan) => boolean;
}

export interface Provisioned {
  readonly spec: Spec;
  /** What was to be done at the first look. */
  readonly plan: Plan;
}

/**
 * Looks at what is there, works out what is missing, and makes it so.
 * @throws LoaderError TABLE_MISMATCH, PIPELINE_MISMATCH, ACCESS_DENIED, … What is done stays: another run goes on.
 */
export async function provision(before: SpecBefore, clients: Clients, options: ProvisionOptions): Promise<Provisioned> {
  await refuseAnotherPipeline(before, clients);
  const { zip, sha256 } = await functionPackage();
  let first: Plan | undefined;
  let known: Facts | undefined;
  for (;;) {
    const facts = await findFacts(before, clients, options.aws, sha256);
    const spec: Spec = { ...before, facts };
    // What was made may be called otherwise than was to be expected: then what names it is changed once more.
    if (first !== undefined && isDeepStrictEqual(facts, known)) return { spec, plan: first };
    const resources = resourcesOf(spec, clients, { zip, email: before.settings.email });
    const desired = desiredState(spec);
    const looked = desired.map(({ kind }) => kind);
    const plan = planFor(desired, await readCurrent(resources, looked));
    first ??= plan;
    known = facts;
    if (!options.isToBeDone(plan) || isNothing(plan)) return { spec, plan: first };
    await apply(plan, resources, options);
  }
}

/** Reads the current state of the resources of these kinds; those that do not exist are left out. */
export async function readCurrent(resources: Resources, looked: readonly Kind[]): Promise<Map<Kind, Current>> {
  const read = await Promise.all(looked.map(async (kind) => [kind, await resources[kind].read()] as const));
  return new Map(read.flatMap(([kind, current]) => (current === undefined ? [] : [[kind, current] as const])));
}

/** A bucket has one state: two pipelines would take each other's jobs. */
async function refuseAnotherPipeline({ bucket, place, settings }: SpecBefore, clients: Clients): Promise<void> {
  const description = await descriptionIn(bucket, place, clients);
  if (description === undefined || description.name === (settings.name ?? null)) return;
  const { name } = description;
  throw new LoaderError(
    'PIPELINE_MISMATCH',
    `bucket ${bucket} belongs to ${name === null ? 'the pipeline without a name' : `pipeline ${name}`}`,
    { hint: 'Name that pipeline with --name, or another bucket with --bucket.' },
  );
}

/** What a bucket says of its pipeline; undefined where it, or the bucket, is not there. */
export async function descriptionIn(
  bucket: string,
  { account }: Place,
  { s3 }: Clients,
): Promise<Description | undefined> {
  const stored = await s3Bucket({ client: s3, name: bucket, owner: account })
    .get(descriptionName)
    .catch((error: unknown) => {
      if (error instanceof LoaderError && error.code === 'PIPELINE_NOT_FOUND') return undefined;
      throw error;
    });
  return stored && readDescription(stored.body, bucket);
}
