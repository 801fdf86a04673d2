import { createInterface } from 'node:readline/promises';
import { exitStatus, LoaderError } from '../../errors.ts';
import { openFolder } from '../../pipeline/bucket/keys.ts';
import { s3Bucket } from '../../pipeline/bucket/s3-bucket.ts';
import { resolveDestroy, type DestroySettings } from '../../options/resolve-pipeline.ts';
import { findPlace } from '../../pipeline/find.ts';
import { namesOf } from '../../pipeline/names.ts';
import { closeClients, openClients } from '../../pipeline/provision/clients.ts';
import { destroy as takeDown } from '../../pipeline/provision/destroy.ts';
import { removalLines, type Removal } from '../../pipeline/provision/destroy-plan.ts';
import { descriptionIn } from '../../pipeline/provision/provision.ts';
import { plural } from '../../text/format.ts';
import { writeLines } from '../../report/output.ts';
import type { Io } from '../io.ts';
import { defineCommand, type Context, type Outcome } from '../run-command.ts';

/**
 * `csv2ddb destroy`: takes down what `provision` made; what was adopted stays, and what holds data without `--delete-data`.
 * On a terminal it asks first.
 * @returns 0, also where nothing was there; 4 where the answer was no, or it was told to stop
 * @throws LoaderError USAGE where nobody can be asked; ACCESS_DENIED, … What is gone is gone, and another run goes on.
 */
export const destroy = defineCommand({
  name: 'destroy',
  resolve: (parsed, { env }) => resolveDestroy(parsed, env),
  policy: (settings) => ({
    cases: settings.deleteData ? ['delete-data'] : [],
    about: { aws: settings.aws, pipeline: settings },
  }),
  run: takeDownPipeline,
});

async function takeDownPipeline(settings: DestroySettings, context: Context): Promise<Outcome> {
  const { io, report } = context;
  const canAsk = io.stdin.isTTY === true && io.stderr.isTTY === true;
  if (!settings.yes && !canAsk) {
    throw new LoaderError('USAGE', 'there is nobody to ask whether to destroy the pipeline', {
      hint: 'Give --yes where it is certain.',
    });
  }
  const place = await findPlace(settings.aws);
  const names = namesOf(settings.name, place);
  const bucket = settings.bucket ?? names.bucket;
  const clients = openClients(settings.aws);
  const stop = context.listenForStop('stopping: after what is being deleted; once more to leave at once');
  try {
    const description = await descriptionIn(bucket, place, clients);
    const answer = { isNo: false };
    const ask = async (removals: readonly Removal[]): Promise<boolean> => {
      if (settings.yes) return true;
      await writeLines(io.stderr, removalLines(removals));
      const open =
        description === undefined
          ? []
          : await s3Bucket({ client: clients.s3, name: bucket, owner: place.account }).list(openFolder);
      if (open.length > 0) io.stderr.write(`${plural(open.length, 'job')} did not come to an end yet.\n`);
      const question = `Take down ${names.base} in ${place.region} of account ${place.account}? [y/N] `;
      answer.isNo = !(await isYes(question, io, stop));
      return !answer.isNo;
    };
    const where = { place, names, bucket, table: description?.table };
    const removals = await takeDown(where, description, clients, {
      ...{ deleteData: settings.deleteData, say: report.say, stop, isToBeDone: ask },
    });
    const status = answer.isNo ? exitStatus.interrupted : exitStatus.done;
    return {
      exitStatus: status,
      lines: answer.isNo ? ['Nothing was done.'] : endingLines(removals, names.base),
      json: { removals, done: !answer.isNo, exitStatus: status },
    };
  } finally {
    closeClients(clients);
  }
}

async function isYes(question: string, { stdin, stderr }: Io, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question, { signal })).trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    terminal.close();
  }
}

function endingLines(removals: readonly Removal[], base: string): string[] {
  if (removals.length === 0) return [`There is nothing of ${base}.`];
  const kept = removals.filter((one) => one.do === 'keep');
  return [
    'The pipeline is taken down',
    ...(kept.length === 0 ? [] : ['', ...removalLines(kept).map((line) => `  ${line}`)]),
  ];
}
