/** The account and region of a pipeline. */
export interface AccountRegion {
  readonly account: string;
  readonly region: string;
  /** Partition of ARNs: `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

/** S3 User Guide, "Account regional namespaces": not available in Bahrain and the UAE, nor outside the `aws` partition. */
const withoutAccountRegional: ReadonlySet<string> = new Set(['me-south-1', 'me-central-1']);

/** Returns whether bucket names can be reserved for the account. */
export function hasAccountRegionalNames({ partition, region }: AccountRegion): boolean {
  return partition === 'aws' && !withoutAccountRegional.has(region);
}

/** Names of a pipeline's resources. */
export type PipelineNames = Readonly<ReturnType<typeof deriveNames>>;

/**
 * Derives all resource names from account, region and the pipeline's name, so that they need not be stored.
 * @param name undefined: the default pipeline, which has no name
 */
export function deriveNames(name: string | undefined, place: AccountRegion) {
  const base = name === undefined ? 'csv2ddb' : `csv2ddb-${name}`;
  return {
    /** Prefix of all names, and key of the tag on all resources. */
    base,
    bucket: `${base}-${place.account}-${place.region}${hasAccountRegionalNames(place) ? '-an' : ''}`,
    queue: base,
    deadLetters: `${base}-dead-letters`,
    function: base,
    /** IAM is global, so the name of the role includes the region. */
    role: `${base}-${place.region}`,
    logGroup: `/aws/lambda/${base}`,
    topic: base,
    alarm: `${base}-dead-letters`,
  };
}
