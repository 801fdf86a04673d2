import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { createTable } from '../helpers/compare/tables.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { run, tempDir } from '../helpers/run/run.ts';

const emulator = withDynalite();

interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

/** Returns the packages whose code Node has loaded: V8 reports the coverage of every file. */
function loadedPackages(coverageFolder: string): string[] {
  const metafile = fileURLToPath(new URL('../../.cache/metafiles/program.json', import.meta.url));
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  const report = readFileSync(join(coverageFolder, readdirSync(coverageFolder)[0] ?? ''), 'utf8');
  const { result } = JSON.parse(report) as { result: { url: string }[] };
  const files = new Set(result.map(({ url }) => basename(url)));
  const loaded = Object.entries(outputs).filter(([path]) => files.has(basename(path)));
  expect(loaded.length).toBeGreaterThan(0);
  const inputs = loaded.flatMap(([, output]) => Object.keys(output.inputs));
  return [...new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))].sort();
}

it('a load with keys and endpoint in the environment runs no code of the SDK', async () => {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'people.csv'), 'id,name\n1,Ada\n');
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const env = { NODE_V8_COVERAGE: join(cwd, 'coverage') };
  const args = ['direct', 'people.csv', '--table', table, '--endpoint-url', emulator.endpoint];
  const { status, stderr } = await run(args, { cwd, env });
  expect(status, stderr).toBe(0);
  expect(loadedPackages(env.NODE_V8_COVERAGE)).toEqual(['commander', 'p-limit', 'yocto-queue']);
});

it('--help runs no code of a package but commander', async () => {
  const cwd = tempDir();
  const env = { NODE_V8_COVERAGE: join(cwd, 'coverage') };
  const { status, stderr } = await run(['--help'], { cwd, env });
  expect(status, stderr).toBe(0);
  expect(loadedPackages(env.NODE_V8_COVERAGE)).toEqual(['commander']);
});
