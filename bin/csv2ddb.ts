#!/usr/bin/env node
import { describeBug, main } from '../src/cli/cli.ts';
import { runInProcess } from '../src/cli/process.ts';

process.exitCode = await runInProcess((io) => main(process.argv.slice(2), io), describeBug);
