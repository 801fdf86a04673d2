import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type Emulator, testClient } from './client.ts';
import { tarFiles } from './tar.ts';

const run = promisify(execFile);
/** npm package that contains DynamoDB Local 1.25.1, jar and native libraries, in its folder `emulator`. */
const npmPackage = 'amplify-dynamodb-simulator@2.9.30';
const cache = fileURLToPath(new URL('../../../.cache/dynamodb-local/', import.meta.url));
const jarFolder = join(cache, '2.9.30');
const downloadMs = 180_000;
const startMs = 60_000;

/** Why an emulator could not start. The reason was also printed on stderr. */
export interface Skipped {
  readonly skipped: string;
}

/**
 * Starts DynamoDB Local, in memory, on a free port of the loopback address. Needs JDK 11 or later. The jar comes from
 * the npm registry the first time and later from `.cache/`.
 */
export async function startDynamoDBLocal(): Promise<Emulator | Skipped> {
  try {
    await run('java', ['--list-modules']).then(({ stdout }) => {
      // The launcher, which restricts it to the loopback address, is run from its source.
      if (!stdout.includes('jdk.compiler')) throw new Error('java is a runtime without a compiler');
    });
    await obtainJar();
    return await startJava();
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    process.stderr.write(`skipped: no DynamoDB Local (${reason})\n`);
    return { skipped: reason };
  }
}

async function obtainJar(): Promise<void> {
  if (existsSync(join(jarFolder, 'DynamoDBLocal.jar'))) return;
  await mkdir(cache, { recursive: true });
  // Test files run in parallel: each prepares its own folder, and the first to rename it wins.
  const work = await mkdtemp(join(cache, 'download-'));
  try {
    await npm(['pack', npmPackage, '--silent', '--pack-destination', work]);
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error(`npm pack ${npmPackage} left no tarball`);
    const unpacked = join(work, 'emulator');
    for (const { path, bytes } of tarFiles(gunzipSync(await readFile(join(work, tarball))))) {
      if (!path.startsWith('package/emulator/')) continue;
      const target = join(unpacked, path.slice('package/emulator/'.length));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, bytes);
    }
    await rename(unpacked, jarFolder).catch((error: unknown) => {
      if (!existsSync(join(jarFolder, 'DynamoDBLocal.jar'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs npm. Under `npm run` the path of its script is known; otherwise npm is a shell script on Windows. */
async function npm(args: readonly string[]): Promise<void> {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('npm-cli.js') === true) {
    await run(process.execPath, [script, ...args], { timeout: downloadMs });
  } else {
    await run('npm', args, { timeout: downloadMs, shell: process.platform === 'win32' });
  }
}

async function startJava(): Promise<Emulator> {
  const launcher = fileURLToPath(new URL('LoopbackServer.java', import.meta.url));
  const libraries = join(jarFolder, 'DynamoDBLocal_lib');
  const java = spawn(
    'java',
    [
      '-Xmx768m',
      `-Djava.library.path=${libraries}`,
      '-cp',
      [join(jarFolder, 'DynamoDBLocal.jar'), join(libraries, '*')].join(delimiter),
      launcher,
    ],
    // When this process ends, so does the pipe to standard input, and the launcher exits.
    { stdio: ['pipe', 'pipe', 'pipe'], cwd: jarFolder },
  );
  const port = await listeningPort(java);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = testClient(endpoint);
  return {
    name: 'DynamoDB Local',
    endpoint,
    client,
    stop: async () => {
      client.destroy();
      await kill(java);
    },
  };
}

async function kill(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return;
  const exit = new Promise((resolve) => java.once('exit', resolve));
  java.kill('SIGKILL');
  await exit;
}

async function listeningPort(java: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  let errors = '';
  java.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const port = new Promise<number>((resolve, reject) => {
    // Reads until the process ends: a full pipe would block it.
    createInterface({ input: java.stdout }).on('line', (line) => {
      const match = /^listening (\d+)$/.exec(line);
      if (match !== null) resolve(Number(match[1]));
    });
    java.once('error', reject);
    java.once('exit', (code) => {
      reject(new Error(`java ended with status ${String(code)}: ${errors.slice(-500).trim().replaceAll('\n', ' | ')}`));
    });
    setTimeout(() => {
      reject(new Error(`not ready after ${startMs / 1000} s`));
    }, startMs).unref();
  });
  return port.catch(async (error: unknown) => {
    await kill(java);
    throw error;
  });
}
