import type { S3Client } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../aws/s3-client.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { LoadListener } from '../../load/listener.ts';
import type { UploadSettings } from '../../options/resolve-pipeline.ts';
import type { TerminalStream } from '../../report/terminal.ts';
import { connectPipeline, type OpenPipeline } from '../connect.ts';
import { getTimeouts, type UploadTimeouts } from './timeouts.ts';

/** Timeout for sending a part: 64 MiB at about 150 kbit/s. */
const partTimeoutMs = 3_600_000;

/** A connected pipeline with the client and timeouts of an upload. */
export interface UploadSession extends OpenPipeline {
  readonly aws: AwsSettings;
  /** Client with a long timeout, for file contents. */
  readonly transferClient: S3Client;
  /** Timeouts that follow from the queue, read on first use. */
  timeouts(): Promise<UploadTimeouts>;
}

/** The session, settings and outputs of an upload. */
export interface UploadRun {
  readonly session: UploadSession;
  readonly settings: UploadSettings;
  readonly report: LoadListener;
  /** Aborted if the user interrupts the upload. */
  readonly stop: AbortSignal;
  readonly stderr: TerminalStream;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Connects to the pipeline.
 * @param times replaces the timeouts that follow from the queue
 * @throws LoaderError PIPELINE_NOT_FOUND, ACCESS_DENIED, …
 */
export async function openSession(settings: UploadSettings, times?: UploadTimeouts): Promise<UploadSession> {
  const pipeline = await connectPipeline(settings);
  const { aws } = settings;
  const transferClient = makeS3Client(aws, { requestTimeoutMs: partTimeoutMs });
  let known = times && Promise.resolve(times);
  return {
    ...pipeline,
    aws,
    transferClient,
    timeouts: () => (known ??= pipeline.queue.visibilityMs().then(getTimeouts)),
    close() {
      transferClient.destroy();
      pipeline.close();
    },
  };
}
