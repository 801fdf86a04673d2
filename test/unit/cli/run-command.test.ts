import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Io } from '../../../src/cli/io.ts';
import { defineCommand, type RunOutcome } from '../../../src/cli/run-command.ts';
import { LoaderError } from '../../../src/errors.ts';
import { resolvePipelineCommand } from '../../../src/options/resolve-pipeline.ts';
import { makeRawOptions, type Texts } from '../options/given.ts';

/** Runs a command with this outcome. Returns its status and output. */
async function run(outcome: RunOutcome, flags: Texts = {}, environment: Texts = {}) {
  const out = { stdout: '', stderr: '', status: undefined as number | undefined, error: undefined as unknown };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _, done) {
        out[name] += chunk.toString();
        done();
      },
    });
  const io: Io = {
    stdin: process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
    exit: () => undefined,
  };
  const command = defineCommand({
    name: 'status',
    resolve: (parsed, { env }) => resolvePipelineCommand('status', parsed, env),
    verboseLines: () => ['first'],
    run: () => Promise.resolve(outcome),
  });
  try {
    out.status = await command([], makeRawOptions(flags, environment), io);
  } catch (error) {
    out.error = error;
  }
  return out;
}

const ended: RunOutcome = { exitStatus: 1, lines: ['a', 'b'], json: { a: 1 } };

describe('a command', () => {
  test('prints its lines on stdout and returns its status', async () => {
    expect(await run(ended)).toMatchObject({ status: 1, stdout: 'a\nb\n', stderr: '' });
  });

  test('prints JSON on stdout and its lines on stderr with --json', async () => {
    expect(await run(ended, { json: 'true' })).toMatchObject({ stdout: '{"a":1}\n', stderr: 'a\nb\n' });
  });

  test('prints nothing but JSON with --quiet', async () => {
    expect(await run(ended, { quiet: 'true' })).toMatchObject({ status: 1, stdout: '', stderr: '' });
    expect(await run(ended, { quiet: 'true', json: 'true' })).toMatchObject({ stdout: '{"a":1}\n', stderr: '' });
  });

  test.each<[string, Texts, Texts]>([
    ['a flag', { verbose: 'true' }, {}],
    ['the environment', {}, { verbose: '1' }],
  ])('prints the settings first with --verbose from %s', async (_, flags, environment) => {
    const { stderr, stdout } = await run(ended, flags, environment);
    expect(stderr.split('\n')[0]).toBe('first');
    expect(stderr).toMatch(/^ {2}name .*\(default\)$/m);
    expect(stdout).toBe('a\nb\n');
  });

  test('prints its lines on stderr before it throws', async () => {
    const error = new LoaderError('SOURCE_UNREADABLE', 'gone');
    expect(await run({ ...ended, error })).toMatchObject({ error, stdout: '', stderr: 'a\nb\n' });
  });

  test('refuses wrong options before it runs', async () => {
    const { error, stdout } = await run(ended, { quiet: 'true', verbose: 'true' });
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(stdout).toBe('');
  });
});
