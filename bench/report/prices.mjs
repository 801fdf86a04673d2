/** GB of a function with one whole CPU. */
const functionGb = 1769 / 1024;

/** US$ in us-east-1, without any free tier, as of 2026-11-27. */
const perMillion = {
  /** arm64, the first tier: https://cloudchipr.com/blog/aws-lambda-pricing. Loading the package is billed too: https://aws.amazon.com/lambda/pricing/. */
  gbSeconds: 13.3334,
  /** https://git.mcrn.ar/mariano/lambda_local_runner/src/branch/main/docs/lambdas-md/lambda-13-cost.md. */
  invocations: 0.2,
  /** S3 Standard; deleting is free: https://c3x.dev/blog/s3-request-fees-explained. */
  s3Puts: 5,
  s3Gets: 0.4,
  /** Standard queues: https://adhdecode-articles-4.pages.dev/articles/sqs/sqs-cost-per-million-messages-pricing. */
  sqsRequests: 0.4,
  /** On demand; assumed. */
  writeUnits: 0.625,
};

/**
 * What a job costs.
 * @param {import('../measures/function.mjs').JobRun} run
 */
export function costOf({ kind, invocations, billedMs, asked: { s3, sqs } }) {
  const sqsRequests = Object.values(sqs).reduce((sum, count) => sum + count, 0);
  const gbSeconds = (billedMs / 1000) * functionGb;
  const dollars = {
    time: (gbSeconds * perMillion.gbSeconds) / 1e6,
    invocations: (invocations * perMillion.invocations) / 1e6,
    s3: ((s3.PUT + s3.LIST) * perMillion.s3Puts + (s3.GET + s3.HEAD) * perMillion.s3Gets) / 1e6,
    sqs: (sqsRequests * perMillion.sqsRequests) / 1e6,
  };
  return {
    sqsRequests,
    gbSeconds,
    dollars,
    together: dollars.time + dollars.invocations + dollars.s3 + dollars.sqs,
    /** Of 120 bytes, each record is one unit. */
    writeUnits: (kind.records * perMillion.writeUnits) / 1e6,
  };
}
