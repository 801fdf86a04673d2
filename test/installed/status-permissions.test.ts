import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/pipeline/permissions/policy.ts';
import { ministackHookMs, startMinistack, type Ministack, type Skipped } from '../helpers/emulators/ministack.ts';
import { createUserWithPolicy, removeAction } from '../helpers/emulators/policy-user.ts';
import { makeDescribedPipeline } from '../helpers/pipeline/description.ts';
import { differencesFrom, putDefaultSettings, putFile } from '../helpers/pipeline/files.ts';
import { sendMessage } from '../helpers/pipeline/messages.ts';
import type { Pipeline } from '../helpers/pipeline/pipeline.ts';
import { csv2ddb } from '../helpers/run/csv2ddb.ts';
import type { RunResult } from '../helpers/run/run.ts';

let started: Ministack | Skipped;
let pipeline: Pipeline;
let ministack: Ministack;
const text = 'id,name\n1,a\n2,b\n';

beforeAll(async () => {
  started = await startMinistack({ auth: true });
  if ('skipped' in started) return;
  ministack = started;
  pipeline = await makeDescribedPipeline(ministack, { topic: true });
}, ministackHookMs);
afterAll(async () => {
  if (!('skipped' in started)) await started.stop();
});

const printed = new Map<string, Policy>();

/** Returns the policy that a command prints, without one action. */
async function policyOf(command: string, action?: string): Promise<Policy> {
  const policy = printed.get(command) ?? (await print(command));
  printed.set(command, policy);
  return action === undefined ? policy : removeAction(action, policy);
}

async function print(command: string): Promise<Policy> {
  const { status, stdout, stderr } = await runBy(ministack, [command, '--print-policy']);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Policy;
}

function runBy(caller: Pick<Ministack, 'credentials'>, args: readonly string[]): Promise<RunResult> {
  const [command = '', ...more] = args;
  return csv2ddb({ ...ministack, credentials: caller.credentials }, [command, '--bucket', pipeline.bucket, ...more]);
}

/** Runs a command as a user with its printed policy, without one action. */
async function runWith(args: readonly string[], action?: string): Promise<RunResult> {
  const credentials = await createUserWithPolicy(ministack, await policyOf(args[0] ?? '', action));
  return runBy({ credentials }, args);
}

async function deadLetter(): Promise<void> {
  const body = { csv2ddb: 1, job: '20261120T100000Z-0', key: 'import/gone.csv' };
  await sendMessage(pipeline, body, pipeline.deadLetters.url);
}

describe('with its printed policy', () => {
  it('status, redrive and worker succeed', { timeout: 120_000 }, async ({ skip }) => {
    if ('skipped' in started) return skip(started.skipped);
    const file = await putFile(pipeline, 'import/people.csv', text);
    await pipeline.receiveAll(pipeline.queue.url);
    await deadLetter();
    await putDefaultSettings(pipeline, { delimeter: ';' });
    for (const args of [
      ['status'],
      ['status', 'people.csv'],
      ['redrive'],
      ['worker', '--until-empty'],
      ['redrive', 'people.csv'],
      ['worker', '--until-empty'],
      ['redrive'],
    ]) {
      const { status, stderr } = await runWith(args);
      expect([args, status === 0 || args[0] === 'worker', stderr.includes('ACCESS_DENIED')], stderr).toEqual([
        args,
        true,
        false,
      ]);
    }
    await putDefaultSettings(pipeline, {});
    expect((await runWith(['worker', '--until-empty'])).status).toBe(0);
    expect(await differencesFrom(pipeline, file)).toEqual([]);
    expect((await runWith(['status'])).stdout).toMatch(/ done +100% .* import\/people\.csv$/m);
  });

  it.for([
    ['status', 's3:GetObject'],
    ['status', 's3:ListBucket'],
    ['status', 'sqs:GetQueueAttributes'],
    ['redrive', 's3:GetObject'],
    ['redrive', 's3:ListBucket'],
    ['redrive', 's3:PutObject'],
    ['redrive', 'sqs:GetQueueAttributes'],
    ['redrive', 'sqs:ReceiveMessage'],
    ['redrive', 'sqs:SendMessage'],
    ['redrive', 'sqs:DeleteMessage'],
  ] as const)('%s fails without %s and names it', { timeout: 60_000 }, async ([command, action], { skip }) => {
    if ('skipped' in started) return skip(started.skipped);
    await deadLetter();
    if (action === 's3:PutObject') {
      await putDefaultSettings(pipeline, { delimeter: ';' });
      await pipeline.putObject('import/failed.csv', text);
      await runBy(ministack, ['worker', '--until-empty']);
    }
    const { status, stdout, stderr } = await runWith([command], action);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toContain('error ACCESS_DENIED: ');
    expect(stderr).toContain(action);
  });
});
