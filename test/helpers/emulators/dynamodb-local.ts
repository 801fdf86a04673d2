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
/** This npm package carries DynamoDB Local 1.25.1, jar and native libraries, in its folder `emulator`. */
const npmPackage = 'amplify-dynamodb-simulator@2.9.30';
const cache = fileURLToPath(new URL('../../../.cache/dynamodb-local/', import.meta.url));
const jarFolder = join(cache, '2.9.30');
const downloadMs = 180_000;
const startMs = 60_000;

/** Why a test that needs DynamoDB Local does not run; it was also said aloud on stderr. */
export interface Skipped {
  readonly skipped: string;
}

/**
 * Starts DynamoDB Local, in memory, on a free port of the loopback address. Needs a JDK, 11 or later; the jar
 * comes from the npm registry the first time and then from `.cache/`.
 */
export async function startDynamoDBLocal(): Promise<Emulator | Skipped> {
  try {
    await run('java', ['--list-modules']).then(({ stdout }) => {
      // A launcher in source form is what makes it listen on the loopback address only.
      if (!stdout.includes('jdk.compiler')) throw new Error('java is there, but as a runtime without compiler');
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
  // Test files run side by side: each prepares a folder of its own, the first to rename it wins.
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

/** Under `npm run` the path of npm's own script is known; elsewhere, on Windows, npm is a script of the shell. */
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
    // Its standard input is a pipe that ends with this process: the launcher then ends too.
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
      await ended(java);
    },
  };
}

async function ended(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null || java.signalCode !== null) return;
  const exit = new Promise((resolve) => java.once('exit', resolve));
  java.kill('SIGKILL');
  await exit;
}

async function listeningPort(java: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream }) {
  let words = '';
  java.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const port = new Promise<number>((resolve, reject) => {
    // Read on for as long as it runs: a full pipe would stop it.
    createInterface({ input: java.stdout }).on('line', (line) => {
      const match = /^listening (\d+)$/.exec(line);
      if (match !== null) resolve(Number(match[1]));
    });
    java.once('error', reject);
    java.once('exit', (code) => {
      reject(new Error(`java ended with status ${String(code)}: ${words.slice(-500).trim().replaceAll('\n', ' | ')}`));
    });
    setTimeout(() => {
      reject(new Error(`not ready after ${startMs / 1000} s`));
    }, startMs).unref();
  });
  return port.catch(async (error: unknown) => {
    await ended(java);
    throw error;
  });
}
