import { isDeepStrictEqual } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { openS3Bucket } from '../bucket/s3-bucket.ts';
import { descriptionKey, parseDescription, type PipelineDescription } from '../description.ts';
import type { AccountRegion } from '../names.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import { applyPlan, type ApplyOptions } from './apply.ts';
import type { Clients } from './clients.ts';
import { readFacts, type SpecInput } from './facts.ts';
import { readFunctionPackage } from './package-file.ts';
import type { CurrentStates, Kind } from './resource.ts';
import { buildDesiredState, makeHandlers, type ResourceHandlers } from './resources/index.ts';
import { isUpToDate, makePlan, type Plan } from './plan.ts';
import type { Facts, Spec } from './spec.ts';

export interface ProvisionOptions extends ApplyOptions {
  readonly aws: AwsSettings;
  /** Receives each plan before it is applied. @returns whether to apply it */
  readonly confirm: (plan: Plan) => boolean;
}

export interface ProvisionResult {
  readonly spec: Spec;
  /** The first plan. */
  readonly plan: Plan;
}

/**
 * Brings the resources of a pipeline to their desired state.
 * @throws LoaderError TABLE_MISMATCH, PIPELINE_MISMATCH, ACCESS_DENIED and others. Completed steps remain, and the next run
 * continues.
 */
export async function provision(
  input: SpecInput,
  clients: Clients,
  options: ProvisionOptions,
): Promise<ProvisionResult> {
  await assertSamePipeline(input, clients);
  const { zip, sha256 } = await readFunctionPackage();
  let firstPlan: Plan | undefined;
  let lastFacts: Facts | undefined;
  for (;;) {
    const facts = await readFacts(input, clients, options.aws, sha256);
    const spec: Spec = { ...input, facts };
    // The created queues may have other URLs than expected: then a second plan updates the resources that refer to them.
    if (firstPlan !== undefined && isDeepStrictEqual(facts, lastFacts)) return { spec, plan: firstPlan };
    const handlers = makeHandlers(spec, clients, { zip, email: input.settings.email });
    const desired = buildDesiredState(spec);
    const desiredKinds = desired.map(({ kind }) => kind);
    const plan = makePlan(desired, await readCurrentState(handlers, desiredKinds));
    firstPlan ??= plan;
    lastFacts = facts;
    if (!options.confirm(plan) || isUpToDate(plan)) return { spec, plan: firstPlan };
    await applyPlan(plan, handlers, options);
  }
}

/** Reads the current state of the resources of these kinds. Omits resources that do not exist. */
export async function readCurrentState(handlers: ResourceHandlers, ofKinds: readonly Kind[]): Promise<CurrentStates> {
  const states = await Promise.all(ofKinds.map(async (kind) => [kind, await handlers[kind].read()] as const));
  return new Map(states.flatMap(([kind, current]) => (current === undefined ? [] : [[kind, current] as const])));
}

/** A bucket holds the state of one pipeline. Two pipelines would run each other's jobs. */
async function assertSamePipeline({ bucket, place, settings }: SpecInput, clients: Clients): Promise<void> {
  const description = await readPipelineDescription(bucket, place, clients);
  if (description === undefined || description.name === (settings.name ?? null)) return;
  const { name } = description;
  throw new LoaderError(
    'PIPELINE_MISMATCH',
    `bucket ${bucket} belongs to ${name === null ? 'the pipeline without a name' : `pipeline ${name}`}`,
    { hint: 'Select that pipeline with --name, or choose a different bucket with --bucket.' },
  );
}

/** Reads the description of the pipeline from its bucket; undefined if the description or the bucket does not exist. */
export async function readPipelineDescription(
  bucket: string,
  { account }: AccountRegion,
  { s3 }: Clients,
): Promise<PipelineDescription | undefined> {
  const stored = await openS3Bucket({ client: s3, name: bucket, owner: account })
    .get(descriptionKey)
    .catch((error: unknown) => {
      if (error instanceof LoaderError && error.code === 'PIPELINE_NOT_FOUND') return undefined;
      throw error;
    });
  return stored && parseDescription(stored.body, bucket);
}
