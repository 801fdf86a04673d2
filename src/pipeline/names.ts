/** Where a pipeline is: whose account it is in, and where that is. */
export interface Place {
  readonly account: string;
  readonly region: string;
  /** Of ARNs: `aws`, `aws-cn`, `aws-us-gov`. */
  readonly partition: string;
}

/** S3 User Guide, "Account regional namespaces": not there (Bahrain, UAE), nor outside of the usual partition. */
const withoutAccountRegional: ReadonlySet<string> = new Set(['me-south-1', 'me-central-1']);

/** Whether a bucket's name can be one that nobody else can take. */
export function hasAccountRegionalNames({ partition, region }: Place): boolean {
  return partition === 'aws' && !withoutAccountRegional.has(region);
}

/** What the parts of a pipeline are called. */
export type PipelineNames = Readonly<ReturnType<typeof namesOf>>;

/**
 * Names are made, never stored: whoever knows account, region and the pipeline's name finds all of it.
 * @param name undefined: the pipeline without a name
 */
export function namesOf(name: string | undefined, place: Place) {
  const base = name === undefined ? 'csv2ddb' : `csv2ddb-${name}`;
  return {
    /** What all names begin with; the key of the tag that says whose a part is. */
    base,
    bucket: `${base}-${place.account}-${place.region}${hasAccountRegionalNames(place) ? '-an' : ''}`,
    queue: base,
    deadLetters: `${base}-dead-letters`,
    function: base,
    /** Roles belong to no region: theirs is part of the name. */
    role: `${base}-${place.region}`,
    logGroup: `/aws/lambda/${base}`,
    topic: base,
    alarm: `${base}-dead-letters`,
  };
}
