#!/usr/bin/env node
import { describeBug, main } from '../src/cli/cli.ts';
import { inProcess } from '../src/cli/process.ts';

process.exitCode = await inProcess((io) => main(process.argv.slice(2), io), describeBug);
