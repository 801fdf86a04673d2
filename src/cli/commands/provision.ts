import { exitStatus } from '../../errors.ts';
import { formatUploadSettings } from '../../pipeline/jobs/settings/upload-settings.ts';
import { formatCommandLine, programName } from '../../options/command-line.ts';
import type { RawOptions } from '../../options/raw-options.ts';
import { resolveProvision, type ProvisionSettings } from '../../options/resolve-pipeline.ts';
import type { Case } from '../../pipeline/permissions/calls.ts';
import { findAccountRegion } from '../../pipeline/find.ts';
import { deriveNames } from '../../pipeline/names.ts';
import { closeClients, openClients } from '../../pipeline/provision/clients.ts';
import { provision as makePipeline, type ProvisionResult } from '../../pipeline/provision/provision.ts';
import { resolveNotifyTopic } from '../../pipeline/provision/spec.ts';
import { formatPlan } from '../../pipeline/provision/plan-lines.ts';
import { isUpToDate } from '../../pipeline/provision/plan.ts';
import type { Io } from '../io.ts';
import { defineCommand, type RunContext, type RunOutcome } from '../run-command.ts';

/**
 * `csv2ddb provision`: creates the missing resources of a pipeline, and updates those that differ.
 * @returns 0; 4 if it was stopped
 * @throws LoaderError USAGE, TABLE_MISMATCH, PIPELINE_MISMATCH, ACCESS_DENIED, … It is safe to run again.
 */
export const provision = defineCommand({
  name: 'provision',
  resolve: (parsed, { env }) => ({
    ...resolveProvision(parsed, env),
    defaultSettings: formatUploadSettings('provision', parsed.given),
  }),
  policy: (settings) => ({
    cases: casesOf(settings),
    about: { aws: settings.aws, table: settings.table, pipeline: settings },
  }),
  run: provisionPipeline,
});

/** The settings of the pipeline, and the default settings of its files. */
interface AllSettings extends ProvisionSettings {
  readonly defaultSettings: string | undefined;
}

async function provisionPipeline(
  all: AllSettings,
  { given, io, report, listenForStop }: RunContext,
): Promise<RunOutcome> {
  const { defaultSettings, ...settings } = all;
  const { aws, table, dryRun } = settings;
  const place = await findAccountRegion(aws);
  const names = deriveNames(settings.name, place);
  const stop = listenForStop('stopping after the current change (press Ctrl-C again to exit now)');
  const clients = openClients(aws);
  try {
    const before = { place, names, bucket: settings.bucket ?? names.bucket, table, settings, defaultSettings };
    const confirm = (): boolean => !dryRun;
    const done = await makePipeline(before, clients, { aws, say: report.say, stop, confirm });
    const color = settings.color && 'isTTY' in io.stdout && io.stdout.isTTY === true;
    return {
      exitStatus: exitStatus.done,
      lines: dryRun ? formatPlan(done.plan, color) : endingLines(done, settings, given, io),
      json: resultOf(done, dryRun),
    };
  } finally {
    closeClients(clients);
  }
}

/** Returns the cases of the policy, which decide the AWS calls. */
function casesOf({ hasFunction, maxFunctions, email, notify, defaultSettings }: AllSettings): Case[] {
  return [
    ...(hasFunction ? (['function'] as const) : []),
    ...(maxFunctions === undefined ? (['any number of functions'] as const) : []),
    ...(notify === undefined ? (['own topic'] as const) : []),
    ...(email === undefined ? [] : (['email'] as const)),
    ...(email === undefined && notify === undefined ? [] : (['alarm'] as const)),
    ...(defaultSettings === undefined ? [] : (['default settings'] as const)),
  ];
}

function endingLines(
  { spec, plan }: ProvisionResult,
  settings: ProvisionSettings,
  given: RawOptions,
  { env }: Io,
): string[] {
  const { bucket, names, facts } = spec;
  const rows: [label: string, text: string][] = [
    ['bucket', `s3://${bucket}/${settings.prefix}${settings.suffix === undefined ? '' : `…${settings.suffix}`}`],
    ['queue', facts.queueUrl],
    ['dead letters', facts.deadLettersUrl],
    ['table', settings.table],
    ['loaded by', settings.hasFunction ? `function ${names.function}` : 'csv2ddb worker'],
    ['topic', resolveNotifyTopic(spec) ?? ''],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const target = new Map(
    [...given].filter(([key]) => ['region', 'profile', 'endpointUrl', 'name', 'bucket'].includes(key)),
  );
  const program = programName(env);
  const operands = [settings.suffix ?? 'people.csv'];
  const upload = formatCommandLine({ program, command: 'upload', operands }, target);
  return [
    isUpToDate(plan) ? 'The pipeline is up to date' : 'The pipeline is ready',
    '',
    ...rows.filter(([, text]) => text !== '').map(([label, text]) => `  ${label.padEnd(width)}  ${text}`),
    ...(settings.email === undefined || !plan.some(({ kind, do: what }) => kind === 'topic' && what !== 'keep')
      ? []
      : ['', `SNS sent a confirmation request to ${settings.email}: notifications start after it is confirmed.`]),
    '',
    'Load a file:',
    `  ${upload} --wait`,
    ...(settings.hasFunction
      ? []
      : [
          '',
          'Run the worker on the machine that loads:',
          `  ${formatCommandLine({ program, command: 'worker' }, target)}`,
        ]),
  ];
}

function resultOf({ spec, plan }: ProvisionResult, dryRun: boolean) {
  const { place, bucket, names, settings, facts } = spec;
  return {
    dryRun,
    name: settings.name ?? null,
    account: place.account,
    region: place.region,
    bucket,
    prefix: settings.prefix,
    suffix: settings.suffix ?? null,
    queueUrl: facts.queueUrl,
    deadLettersUrl: facts.deadLettersUrl,
    table: settings.table,
    function: settings.hasFunction ? names.function : null,
    topic: resolveNotifyTopic(spec) ?? null,
    plan,
    exitStatus: exitStatus.done,
  };
}
