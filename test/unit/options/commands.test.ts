import { Writable } from 'node:stream';
import { expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/cli.ts';
import type { Io } from '../../../src/cli/io.ts';
import { commands } from '../../../src/options/commands.ts';
import type { RawOptions } from '../../../src/options/raw-options.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { resolveDirect, resolveLocal } from '../../../src/options/resolve.ts';
import {
  resolveDestroy,
  resolvePipelineCommand,
  resolveProvision,
  resolveUpload,
} from '../../../src/options/resolve-pipeline.ts';
import { resolveWorker } from '../../../src/options/resolve-worker.ts';
import { processContext } from './given.ts';

// The commands only resolve their settings.
const piped = { ...processContext, stdinIsTerminal: false };
vi.mock('../../../src/cli/commands/direct.ts', () => ({
  direct: (sources: string[], given: RawOptions) => {
    resolveDirect(parseOptions(given, sources), piped);
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/upload.ts', () => ({
  upload: (files: string[], given: RawOptions) => {
    resolveUpload(parseOptions(given, files), piped);
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/local.ts', () => ({
  local: (operands: string[], given: RawOptions) => {
    resolveLocal(parseOptions(given, operands), piped);
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/provision.ts', () => ({
  provision: (_: string[], given: RawOptions) => {
    resolveProvision(parseOptions(given), {});
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/worker.ts', () => ({
  worker: (_: string[], given: RawOptions) => {
    resolveWorker(parseOptions(given), {});
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/status.ts', () => ({
  status: (_: string[], given: RawOptions) => {
    resolvePipelineCommand('status', parseOptions(given), {});
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/redrive.ts', () => ({
  redrive: (_: string[], given: RawOptions) => {
    resolvePipelineCommand('redrive', parseOptions(given), {});
    return Promise.resolve(0);
  },
}));
vi.mock('../../../src/cli/commands/destroy.ts', () => ({
  destroy: (_: string[], given: RawOptions) => {
    resolveDestroy(parseOptions(given), {});
    return Promise.resolve(0);
  },
}));

/** Splits a command line like a POSIX shell. Pipes and redirections are separate words. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const tokens = /\\\n|\s+|[|>]+|(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|>])+/gy;
  for (const [token] of line.matchAll(tokens)) {
    if (/^(\\\n|\s+)$/.test(token)) continue;
    words.push(token.replace(/'([^']*)'|"([^"]*)"|\\(.)/gs, (_, one?: string, two?: string, three?: string) => one ?? two ?? three ?? '')); // prettier-ignore
  }
  return words;
}

/** Returns the arguments of each csv2ddb call in a command line. */
function callsIn(line: string): string[][] {
  return line
    .replaceAll('\\\n', ' ')
    .split(/\n(?! )/)
    .flatMap((one) => {
      const words = wordsOf(one);
      const start = words.indexOf('csv2ddb');
      const end = words.indexOf('>');
      return start === -1 ? [] : [words.slice(start + 1, end === -1 ? undefined : end)];
    });
}

const examples = Object.entries(commands).flatMap(([name, command]) =>
  Object.entries(command.examples).map(([what, line]) => [name, what, line] as const),
);

async function run(argv: string[]): Promise<{ status: number; stderr: string }> {
  let stderr = '';
  const stream = (keep: boolean): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        if (keep) stderr += chunk.toString();
        done();
      },
    });
  const io: Io = { stdin: process.stdin, stdout: stream(false), stderr: stream(true), env: {}, exit: () => undefined };
  return { status: await main(argv, io), stderr };
}

it.each(examples)('the example of csv2ddb %s is valid: %s', async (name, _, line) => {
  const calls = callsIn(line);
  expect(calls).toHaveLength(1);
  for (const call of calls) {
    expect(call[0]).toBe(name);
    expect(await run(call)).toEqual({ status: 0, stderr: '' });
  }
});

it('examples fit into the width of a terminal', () => {
  const lines = examples.flatMap(([, what, line]) => [`  # ${what}`, ...line.split('\n').map((one) => `  ${one}`)]);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

it('an invalid example is detected', async () => {
  expect(await run(callsIn('cat x | csv2ddb direct --tabel x > y')[0] ?? [])).toMatchObject({ status: 64 });
  expect(callsIn("a | csv2ddb direct 'b c' \\\n  --quote \\' --delimiter '\\t' > d")).toEqual([
    ['direct', 'b c', '--quote', "'", '--delimiter', '\\t'],
  ]);
});
