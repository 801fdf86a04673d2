// Cuts an object into ranges, as the pipeline does, and says as a line of JSON what that took.
//   cut.mjs RANGES [FILE]     of the bytes of FILE in memory; without it, of the object that S3 has
import { readFileSync } from 'node:fs';
import { compiledModule } from '../places.mjs';
import { bucketName, objectKey } from './start.mjs';

/** @typedef {{ ranges: number, seconds: number, cpuSeconds: number }} Cut */

/** As much as a file is read at a time. */
const chunkBytes = 256 * 1024;

const parallel = Number(process.argv[2]);
const file = process.argv[3];
const { zeroTotals } = /** @type {typeof import('../../src/pipeline/state/totals.ts')} */ (
  await compiledModule('src/pipeline/state/totals.js')
);
const { parseJobSettings, getRangeSettings } =
  /** @type {typeof import('../../src/pipeline/jobs/settings/load-options.ts')} */ (
    await compiledModule('src/pipeline/jobs/settings/load-options.js')
  );
const jobSettings = parseJobSettings({ parallel }, 'bench');
const fromBeginning = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };
const found = file === undefined ? await cutsInS3() : await cutsInMemory(file);

const startedMs = performance.now();
const before = process.cpuUsage();
let ranges = 1;
for await (const { offset } of found) if (offset > 0) ranges += 1;
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ ranges, seconds, cpuSeconds: (user + system) / 1e6 })}\n`, () =>
  process.exit(0),
);

/** @param {string} path */
async function cutsInMemory(path) {
  const { findBoundaries } = /** @type {typeof import('../../src/pipeline/jobs/range/boundaries.ts')} */ (
    await compiledModule('src/pipeline/jobs/range/boundaries.js')
  );
  if (jobSettings.settings === null) throw new Error('there are no settings');
  const settings = getRangeSettings(jobSettings.settings, `s3://${bucketName}/${objectKey}`, parallel);
  return findBoundaries(settings, sourceOf(readFileSync(path)), parallel, fromBeginning);
}

/**
 * @param {Buffer} bytes
 * @returns {import('../../src/load/source/source.ts').Source}
 */
function sourceOf(bytes) {
  /** @param {number} offset */
  // eslint-disable-next-line @typescript-eslint/require-await -- a source is read so
  async function* read(offset) {
    for (let at = offset; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  return {
    name: 'memory',
    baseName: 'memory',
    storedBytes: bytes.length,
    storedOffset: (offset) => offset,
    identify: () => Promise.resolve({ kind: 'object', sizeBytes: bytes.length, etag: '"memory"' }),
    head: () => read(0),
    read,
    close: () => Promise.resolve(),
  };
}

async function cutsInS3() {
  const { makeS3Client } = /** @type {typeof import('../../src/aws/s3-client.ts')} */ (
    await compiledModule('src/aws/s3-client.js')
  );
  const { openS3Bucket } = /** @type {typeof import('../../src/pipeline/bucket/s3-bucket.ts')} */ (
    await compiledModule('src/pipeline/bucket/s3-bucket.js')
  );
  const { getJobId } = /** @type {typeof import('../../src/pipeline/state/identity.ts')} */ (
    await compiledModule('src/pipeline/state/identity.js')
  );
  const { newJob } = /** @type {typeof import('../../src/pipeline/state/job.ts')} */ (
    await compiledModule('src/pipeline/state/job.js')
  );
  const { findTaskBoundaries } = /** @type {typeof import('../../src/pipeline/jobs/range/run-task.ts')} */ (
    await compiledModule('src/pipeline/jobs/range/run-task.js')
  );
  const { makeDynamoDBClient } = /** @type {typeof import('../../src/aws/clients.ts')} */ (
    await compiledModule('src/aws/clients.js')
  );
  const aws = { region: undefined, profile: undefined, endpointUrl: undefined };
  const s3 = makeS3Client(aws);
  const bucket = openS3Bucket({ client: s3, name: bucketName, owner: undefined });
  const object = await bucket.findLatest(objectKey);
  if (object === undefined) throw new Error('there is no object');
  const job = newJob(getJobId(object), object, jobSettings, Date.now());
  return findTaskBoundaries(job, fromBeginning, {
    s3,
    dynamodb: makeDynamoDBClient(aws),
    owner: undefined,
    env: process.env,
    saveEveryMs: 10_000,
    put: bucket.write.bind(bucket),
    say: () => undefined,
  });
}
