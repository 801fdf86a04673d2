#!/usr/bin/env node
import { enableCompileCache } from '../src/cli/compile-cache.ts';

enableCompileCache(process.env);
// Imported only now, so that Node takes the code from the cache.
const { runProgram } = await import('../src/cli/program.ts');
await runProgram(process.argv.slice(2));
