import { openPipeline } from '../jobs/open-loader.ts';
import { readRawOptions } from '../../options/raw-options.ts';
import { parseOptions } from '../../options/parse.ts';
import { resolveFunction } from '../../options/resolve-worker.ts';
import { invoke, type LambdaContext, type SqsBatchResponse, type SqsEvent } from './invocation.ts';

/** Milliseconds between checkpoints. If a function dies, the work since the last one is repeated. */
const saveEveryMs = 10_000;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** The environment sets CSV2DDB_TABLE, CSV2DDB_BUCKET, CSV2DDB_QUEUE_URL … */
const given = readRawOptions('worker', () => ({ value: undefined, source: undefined }), process.env);

// Opened while Lambda initializes the function, outside the time of an invocation.
const pipeline = openPipeline(resolveFunction(parseOptions(given), process.env), {
  saveEveryMs,
  env: process.env,
  say: (text) => {
    print(JSON.stringify({ time: new Date().toISOString(), level: 'info', text }));
  },
});

/** The Lambda handler for the pipeline's queue: `index.handler`. */
export function handler(event: SqsEvent, context: LambdaContext): Promise<SqsBatchResponse> {
  return invoke(pipeline, event, context, print);
}
