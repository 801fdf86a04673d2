#!/usr/bin/env node
import { enableCompileCache } from '../src/cli/compile-cache.ts';
import { readKnownHelp } from '../src/cli/known-help.ts';

const argv = process.argv.slice(2);
const run = async (): Promise<void> => {
  enableCompileCache(process.env);
  const { runProgram } = await import('../src/cli/program.ts');
  return runProgram(argv);
};

const help = readKnownHelp(argv, new URL('help.txt', import.meta.url));
if (help === undefined) await run();
// The program ignores a closed reader, and reports a full disk.
else process.stdout.once('error', () => void run()).write(help);
