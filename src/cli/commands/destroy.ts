import { createInterface } from 'node:readline/promises';
import { exitStatus, LoaderError } from '../../errors.ts';
import { openJobsFolder } from '../../pipeline/bucket/keys.ts';
import { openS3Bucket } from '../../pipeline/bucket/s3-bucket.ts';
import { resolveDestroy, type DestroySettings } from '../../options/resolve-pipeline.ts';
import { findAccountRegion } from '../../pipeline/find.ts';
import { deriveNames } from '../../pipeline/names.ts';
import { closeClients, openClients } from '../../pipeline/provision/clients.ts';
import { destroy as removeResources } from '../../pipeline/provision/destroy.ts';
import { formatRemovals, type Removal } from '../../pipeline/provision/destroy-plan.ts';
import { readPipelineDescription } from '../../pipeline/provision/provision.ts';
import { pluralize } from '../../text/format.ts';
import { writeLines } from '../../report/output.ts';
import type { Io } from '../io.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb destroy`: deletes the resources that `provision` created. It keeps adopted resources and, without
 * `--delete-data`, those that hold data. On a terminal it asks for confirmation.
 * @returns 0, even if there is nothing to delete; 4 if the answer was no, or if it was stopped
 * @throws LoaderError USAGE if it cannot ask; ACCESS_DENIED, … It is safe to run again.
 */
export const destroy = defineCommand({
  name: 'destroy',
  resolve: (parsed, { env }) => resolveDestroy(parsed, env),
  policy: (settings) => ({
    cases: settings.deleteData ? ['delete-data'] : [],
    about: { aws: settings.aws, pipeline: settings },
  }),
  run: destroyPipeline,
});

async function destroyPipeline(settings: DestroySettings, context: RunContext): Promise<RunOutcome> {
  const { io, report } = context;
  const canAsk = io.stdin.isTTY === true && io.stderr.isTTY === true;
  if (!settings.yes && !canAsk) {
    throw new LoaderError('USAGE', 'cannot ask for confirmation: standard input is not a terminal', {
      hint: 'Add --yes to destroy the pipeline without confirmation.',
    });
  }
  const place = await findAccountRegion(settings.aws);
  const names = deriveNames(settings.name, place);
  const bucket = settings.bucket ?? names.bucket;
  const clients = openClients(settings.aws);
  const stop = context.listenForStop('stopping after the current deletion (press Ctrl-C again to exit now)');
  try {
    const description = await readPipelineDescription(bucket, place, clients);
    const answer = { isNo: false };
    const confirm = async (removals: readonly Removal[]): Promise<boolean> => {
      if (settings.yes) return true;
      await writeLines(io.stderr, formatRemovals(removals));
      const open =
        description === undefined
          ? []
          : await openS3Bucket({ client: clients.s3, name: bucket, owner: place.account }).list(openJobsFolder);
      if (open.length > 0) io.stderr.write(`${pluralize(open.length, 'job')} not finished yet.\n`);
      const question = `Destroy ${names.base} in ${place.region} of account ${place.account}? [y/N] `;
      answer.isNo = !(await askYesNo(question, io, stop));
      return !answer.isNo;
    };
    const where = { place, names, bucket, table: description?.table };
    const removals = await removeResources(where, description, clients, {
      deleteData: settings.deleteData,
      say: report.say,
      stop,
      confirm: confirm,
    });
    const status = answer.isNo ? exitStatus.interrupted : exitStatus.done;
    return {
      exitStatus: status,
      lines: answer.isNo ? ['Nothing was deleted.'] : endingLines(removals, names.base),
      json: { removals, done: !answer.isNo, exitStatus: status },
    };
  } finally {
    closeClients(clients);
  }
}

async function askYesNo(question: string, { stdin, stderr }: Io, signal: AbortSignal): Promise<boolean> {
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
  if (removals.length === 0) return [`Pipeline ${base} does not exist.`];
  const kept = removals.filter((removal) => removal.do === 'keep');
  return [
    'The pipeline is destroyed',
    ...(kept.length === 0 ? [] : ['', ...formatRemovals(kept).map((line) => `  ${line}`)]),
  ];
}
