import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { dummyCredentials } from '../helpers/emulators/client.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { installedFile, makeProject } from '../helpers/install/installed.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { tempDir } from '../helpers/temp.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** The folder of the unpacked tarball. */
const unpacked = installedFile('.');

interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the unpacked program in an empty folder. */
function runProgram(args: readonly string[], nodeOptions: readonly string[] = [], from = unpacked): Promise<Result> {
  const program = join(from, 'dist', 'bin', 'csv2ddb.js');
  const env = {
    PATH: process.env['PATH'],
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [...nodeOptions, program, ...args], { cwd: tempDir(), env }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Bytes of a package in the bundle of the program, as esbuild counted them. */
function bytesOf(name: string): number {
  const metafile = readFileSync(join(root, '.cache', 'metafiles', 'program.json'), 'utf8');
  const inputs = Object.values((JSON.parse(metafile) as Metafile).outputs).flatMap((output) =>
    Object.entries(output.inputs),
  );
  return inputs
    .filter(([path]) => path.startsWith(`node_modules/${name}/`))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
}

function writeCsv(): string {
  const file = join(tempDir(), 'people.csv');
  writeFileSync(file, 'id,name\n1,Ann\n2,Bob\n');
  return file;
}

describe('the package', () => {
  it('has no dependencies and no install script', () => {
    const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest).filter((key) => /dependencies$/i.test(key))).toEqual(['devDependencies']);
    expect(Object.keys(manifest['scripts'] as object).filter((name) => /install/.test(name))).toEqual([]);
  });

  it('is smaller than 15 MB', () => {
    const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).map((name) =>
      statSync(join(unpacked, name)),
    );
    expect(files.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(15_000_000);
  });

  it.each([
    ...['commander', '@aws-sdk/client-s3', '@aws-sdk/client-sqs', '@aws-sdk/lib-storage', 'csv-parse', 'p-limit'],
    ...['cli-progress', 'ora', 'dynalite', 'classic-level'],
  ])('contains the code of %s', (name) => {
    expect(bytesOf(name)).toBeGreaterThan(0);
  });

  it('does not contain @aws-sdk/lib-dynamodb, which only tests use', () => {
    expect(bytesOf('@aws-sdk/lib-dynamodb')).toBe(0);
  });

  it('names the license of every bundled package, and lists it in the bill of materials', () => {
    const licenses = readFileSync(join(unpacked, 'dist', 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    const { components } = JSON.parse(readFileSync(join(unpacked, 'dist', 'sbom.cdx.json'), 'utf8')) as {
      components: { group?: string; name: string; version: string }[];
    };
    const listed = components.map(
      ({ group, name, version }) => `${group === undefined ? name : `${group}/${name}`} ${version}`,
    );
    expect(listed.length).toBeGreaterThan(50);
    expect(listed.filter((one) => !licenses.includes(`\n${one} (`))).toEqual([]);
    // These libraries are in the binaries of classic-level.
    for (const library of ['leveldb 1.20', 'snappy', 'napi-macros']) expect(licenses).toContain(`\n${library} (`);
  });

  it('maps its code to our sources only, without their contents', () => {
    const maps = readdirSync(join(unpacked, 'dist'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.map'))
      .map((name) => JSON.parse(readFileSync(join(unpacked, 'dist', name), 'utf8')) as Record<string, unknown>);
    const sources = maps.flatMap((map) => map['sources'] as string[]);
    expect(sources).toContain('../../src/cli/cli.ts');
    expect(sources.filter((source) => !/^(\.\.\/)+(src|bin)\//.test(source))).toEqual([]);
    expect(maps.some((map) => 'sourcesContent' in map)).toBe(false);
  });
});

describe('a program that uses the package compiles', () => {
  const folder = makeProject();
  const compile = (types: readonly string[]): string => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--skipLibCheck',
      'false',
      '--skipDefaultLibCheck',
      ...types,
    ];
    try {
      return execFileSync(process.execPath, [tsc, 'program.mts', ...options], { cwd: folder, encoding: 'utf8' });
    } catch (error) {
      return (error as { stdout: string }).stdout;
    }
  };

  it('without any other package', { timeout: 120_000 }, () => {
    const program = [
      "import { load, LoadStopped, type Summary } from 'csv2ddb';",
      'async function* people() { yield "id\\n1\\n"; }',
      'const { signal } = new AbortController();',
      "export const summary: Summary = await load({ sources: '-', table: 'people', input: people(), signal });",
      'export const isStopped = (error: unknown): boolean => error instanceof LoadStopped && error.code.length > 0;',
    ];
    writeFileSync(join(folder, 'program.mts'), program.join('\n'));
    expect(compile([])).toBe('');
  });

  it('with the types of Node, as the example does', { timeout: 120_000 }, () => {
    writeFileSync(join(folder, 'program.mts'), readFileSync(join(unpacked, 'examples', 'library', 'load-people.ts')));
    expect(compile(['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')])).toBe('');
  });
});

describe('the unpacked program', () => {
  const emulator = withDynalite();

  it('prints the version of its package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await runProgram(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('loads into the embedded DynamoDB', async () => {
    const { status, stdout } = await runProgram(['direct', writeCsv(), '--table', 'people', '--local', '--json']);
    expect({ status, ...(JSON.parse(stdout) as object) }).toMatchObject({ status: 0, written: 2 });
  });

  it.each<[reader: string, content: string | Buffer, options: string[]]>([
    ['csv-parse', "id;name\n1;'x;y'\n", ['--delimiter', ';', '--quote', "'", '--escape', '\\']],
    ['iconv-lite', Buffer.from('id,name\n1,caf\xe9\n', 'latin1'), ['--encoding', 'windows-1252']],
    ['iconv-lite with a table', Buffer.from('69642c6e616d650a312c93fa967b0a', 'hex'), ['--encoding', 'shift_jis']],
  ])('reads with %s', async (_, content, options) => {
    const file = join(tempDir(), 'people.csv');
    writeFileSync(file, content);
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', file, '--table', table, '--endpoint-url', emulator.endpoint, ...options];
    expect(await runProgram(args)).toMatchObject({ status: 0 });
    expect(await scanAll(emulator.client, table)).toHaveLength(1);
  });

  it('loads into an endpoint, but not into the embedded DynamoDB, without a library for this platform', async () => {
    const copy = join(tempDir(), 'csv2ddb');
    cpSync(unpacked, copy, { recursive: true });
    rmSync(join(copy, 'dist', 'prebuilds'), { recursive: true });
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const load = ['direct', writeCsv(), '--table', table];
    expect(await runProgram([...load, '--endpoint-url', emulator.endpoint], [], copy)).toMatchObject({ status: 0 });
    for (const args of [
      [...load, '--local'],
      ['local', 'data'],
    ]) {
      const { status, stderr } = await runProgram(args, [], copy);
      expect(status).toBe(3);
      expect(stderr).toContain(
        `error LOCAL_UNAVAILABLE: cannot load the embedded DynamoDB: it has no library for ${process.platform}-${process.arch}\n` +
          '  hint: Run DynamoDB Local and set --endpoint-url.\n',
      );
    }
  });

  it('reports a bug with files and lines of the sources', async () => {
    const breakUrls = 'data:text/javascript,URL.canParse = () => { throw new TypeError("oops") }';
    const args = ['direct', 'people.csv', '--table', 'people', '--endpoint-url', 'http://h'];
    const { status, stderr } = await runProgram(args, ['--import', breakUrls]);
    expect(status).toBe(5);
    expect(stderr).toMatch(/^TypeError: oops\n/);
    expect(stderr).toMatch(/\n {4}at runCommand \(src\/cli\/run-command\.ts:\d+:\d+\)\n/);
    const [, file = '', line = 0] = /\((src\/options\/aws-values\.ts):(\d+):\d+\)/.exec(stderr) ?? [];
    expect(existsSync(join(root, file))).toBe(true);
    expect(readFileSync(join(root, file), 'utf8').split('\n')[Number(line) - 1]).toContain('URL.canParse(');
  });

  it('exports errors with their names', () => {
    const script =
      "import { load, LoadStopped } from 'csv2ddb'; console.log(LoadStopped.name);" +
      "await load({ sources: 'x', table: 'people', colour: 1 }).catch((error) => console.log(error.constructor.name));";
    const folder = makeProject();
    writeFileSync(join(folder, 'names.mjs'), script);
    expect(execFileSync(process.execPath, ['names.mjs'], { cwd: folder, encoding: 'utf8' })).toBe(
      'LoadStopped\nLoaderError\n',
    );
  });
});
