import type { S3Client } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../aws/s3-client.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { Report } from '../../load/listener.ts';
import type { UploadSettings } from '../../options/resolve-pipeline.ts';
import type { Terminalish } from '../../report/terminal.ts';
import { connectPipeline, type OpenPipeline } from '../connect.ts';
import { timesFor, type Times } from './timeouts.ts';

/** A part may be on its way for so long: 64 MiB at some 150 kbit/s. */
const partTimeoutMs = 3_600_000;

/** A pipeline that is there, and the ways to it. */
export interface Session extends OpenPipeline {
  readonly aws: AwsSettings;
  /** For what carries many bytes. */
  readonly carrier: S3Client;
  /** Asked for when something has to be waited for. */
  times(): Promise<Times>;
}

/** What an upload works with. */
export interface UploadRun {
  readonly session: Session;
  readonly settings: UploadSettings;
  readonly report: Report;
  /** Aborted by the wish to stop. */
  readonly stop: AbortSignal;
  readonly stderr: Terminalish;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds the pipeline.
 * @param times in place of those that the queue gives
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function openSession(settings: UploadSettings, times?: Times): Promise<Session> {
  const pipeline = await connectPipeline(settings);
  const { aws } = settings;
  const carrier = makeS3Client(aws, { requestTimeoutMs: partTimeoutMs });
  let known = times && Promise.resolve(times);
  return {
    ...pipeline,
    aws,
    carrier,
    times: () => (known ??= pipeline.queue.visibilityMs().then(timesFor)),
    close() {
      carrier.destroy();
      pipeline.close();
    },
  };
}
