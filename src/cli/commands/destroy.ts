import { createInterface } from 'node:readline/promises';
import { exitStatus, LoaderError, type ExitStatus } from '../../errors.ts';
import { openFolder } from '../../pipeline/bucket/keys.ts';
import { s3Bucket } from '../../pipeline/bucket/s3-bucket.ts';
import { readConfig } from '../../options/config/config.ts';
import type { Given } from '../../options/raw-options.ts';
import { resolveDestroy } from '../../options/resolve-pipeline.ts';
import { printPolicy } from '../../pipeline/permissions/print.ts';
import { findPlace } from '../../pipeline/find.ts';
import { namesOf } from '../../pipeline/names.ts';
import { closeClients, openClients } from '../../pipeline/provision/clients.ts';
import { destroy as takeDown } from '../../pipeline/provision/destroy.ts';
import { removalLines, type Removal } from '../../pipeline/provision/destroy-plan.ts';
import { descriptionIn } from '../../pipeline/provision/provision.ts';
import { plural } from '../../text/format.ts';
import { writeOut } from '../../report/output.ts';
import type { Io } from '../io.ts';
import { listenForStop } from '../stop-signals.ts';

/**
 * `csv2ddb destroy`: takes down what `provision` made; what was adopted stays, and what holds data without `--delete-data`.
 * On a terminal it asks first.
 * @returns 0, also where nothing was there; 4 where the answer was no, or it was told to stop
 * @throws LoaderError USAGE where nobody can be asked; ACCESS_DENIED, … What is gone is gone, and another run goes on.
 */
export async function destroy(flags: Given, io: Io): Promise<ExitStatus> {
  const { given, problems } = await readConfig([], flags);
  const settings = resolveDestroy(given, io.env, problems);
  if (settings.printPolicy) {
    const { aws, name, bucket } = settings;
    return printPolicy('destroy', settings.deleteData ? ['delete-data'] : [], { aws, pipeline: { name, bucket } }, io);
  }
  const canAsk = io.stdin.isTTY === true && io.stderr.isTTY === true;
  if (!settings.yes && !canAsk) {
    throw new LoaderError('USAGE', 'there is nobody to ask whether to destroy the pipeline', {
      hint: 'Give --yes where it is certain.',
    });
  }
  const place = await findPlace(settings.aws);
  const names = namesOf(settings.name, place);
  const bucket = settings.bucket ?? names.bucket;
  const tell = (text: string): void => {
    if (!settings.quiet) io.stderr.write(`${text}\n`);
  };
  const clients = openClients(settings.aws);
  const stop = listenForStop(
    () => {
      tell('stopping: after what is being deleted; once more to leave at once');
    },
    () => {
      io.exit(exitStatus.interrupted);
    },
  );
  try {
    const description = await descriptionIn(bucket, place, clients);
    const answer = { isNo: false };
    const ask = async (removals: readonly Removal[]): Promise<boolean> => {
      if (settings.yes) return true;
      for (const line of removalLines(removals)) io.stderr.write(`${line}\n`);
      const open =
        description === undefined
          ? []
          : await s3Bucket({ client: clients.s3, name: bucket, owner: place.account }).list(openFolder);
      if (open.length > 0) io.stderr.write(`${plural(open.length, 'job')} did not come to an end yet.\n`);
      answer.isNo = !(await isYes(
        `Take down ${names.base} in ${place.region} of account ${place.account}? [y/N] `,
        io,
        stop.signal,
      ));
      return !answer.isNo;
    };
    const where = { place, names, bucket, table: description?.table };
    const removals = await takeDown(where, description, clients, {
      ...{ deleteData: settings.deleteData, say: tell, stop: stop.signal, isToBeDone: ask },
    });
    const status = answer.isNo ? exitStatus.interrupted : exitStatus.done;
    const lines = answer.isNo ? ['Nothing was done.'] : endingLines(removals, names.base);
    if (!settings.quiet)
      await writeOut(settings.json ? io.stderr : io.stdout, lines.map((line) => `${line}\n`).join(''));
    if (settings.json)
      await writeOut(io.stdout, `${JSON.stringify({ removals, done: !answer.isNo, exitStatus: status })}\n`);
    return status;
  } finally {
    stop.close();
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
