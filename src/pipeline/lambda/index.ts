import { openPipeline } from '../jobs/open-loader.ts';
import { readGiven } from '../../options/raw-options.ts';
import { parseOptions } from '../../options/parse.ts';
import { resolveFunction } from '../../options/resolve-worker.ts';
import { invoke, type Context, type SqsAnswer, type SqsEvent } from './invocation.ts';

/** Time between two checkpoints: what is done twice where a function dies. */
const saveEveryMs = 10_000;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** CSV2DDB_TABLE, CSV2DDB_BUCKET, CSV2DDB_QUEUE_URL … stand in the function's environment. */
const given = readGiven('worker', () => ({ value: undefined, source: undefined }), process.env);

// While Lambda starts the function, and its time is not counted yet.
const pipeline = openPipeline(resolveFunction(parseOptions(given), process.env), {
  saveEveryMs,
  env: process.env,
  say: (text) => {
    print(JSON.stringify({ time: new Date().toISOString(), level: 'info', said: text }));
  },
});

/** The function behind the pipeline's queue: `index.handler`. */
export function handler(event: SqsEvent, context: Context): Promise<SqsAnswer> {
  return invoke(pipeline, event, context, print);
}
