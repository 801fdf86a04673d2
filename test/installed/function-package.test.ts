import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readFunctionZip } from '../helpers/pipeline/loader-function.ts';
import { tempDir } from '../helpers/temp.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

function readOnlyModule(): Uint8Array {
  const files = unzipSync(readFunctionZip());
  expect(Object.keys(files)).toEqual(['index.mjs']);
  return files['index.mjs'] ?? new Uint8Array();
}

/** Script that imports the function module alone and calls the handler with a test event of S3. */
const callScript = `
const { handler } = await import('./index.mjs');
const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' });
const Records = [{ messageId: 'm', receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '3' } }];
console.log(JSON.stringify(await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 })));
`;

async function callInEmptyFolder(env: Readonly<Record<string, string>>): Promise<{ stdout: string; stderr: string }> {
  const folder = tempDir();
  writeFileSync(join(folder, 'index.mjs'), readOnlyModule());
  writeFileSync(join(folder, 'call.mjs'), callScript);
  return run(process.execPath, ['call.mjs'], {
    cwd: folder,
    timeout: 50_000,
    env: {
      // No server listens on this port.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    },
  });
}

describe("the function's package", () => {
  it('is a zip under 1 MB that contains the built module only', () => {
    expect(readFunctionZip().length).toBeLessThan(1_000_000);
    expect(readOnlyModule().length).toBeGreaterThan(0);
  });

  it('imports only modules of Node', async () => {
    const module = Buffer.from(readOnlyModule());
    const folder = tempDir();
    writeFileSync(join(folder, 'index.mjs'), module);
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ['index.mjs'],
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    // The bundler writes the imports of CommonJS packages like this.
    const required = [...module.toString().matchAll(/\b__require\w*\("([^"]+)"\)/g)].map(([, name]) => name ?? '');
    expect(imported).toContain('node:crypto');
    expect(required).toContain('buffer');
    // A `node:` name is always a module of Node, possibly of a later version than the one that runs this test.
    const isNodeModule = (name: string): boolean => name.startsWith('node:') || isBuiltin(name);
    expect([...imported, ...required].filter((name) => !isNodeModule(name))).toEqual([]);
  });

  it('runs in an otherwise empty folder, and its process exits', { timeout: 60_000 }, async () => {
    const { stdout } = await callInEmptyFolder({
      CSV2DDB_TABLE: 'people',
      CSV2DDB_BUCKET: 'a-bucket',
      CSV2DDB_QUEUE_URL: 'http://127.0.0.1:1/123456789012/queue',
    });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toMatchObject([
      { level: 'info', message: 'm', receives: 3, outcome: 'S3 test event' },
      { batchItemFailures: [] },
    ]);
  });

  it('reports the missing environment variables', { timeout: 60_000 }, async () => {
    await expect(callInEmptyFolder({})).rejects.toThrow(/CSV2DDB_TABLE.*CSV2DDB_BUCKET.*CSV2DDB_QUEUE_URL/s);
  });

  it('is identical byte for byte in every build', { timeout: 120_000 }, async () => {
    const folder = tempDir();
    const env = { ...process.env, TZ: 'Pacific/Kiritimati' };
    await run(process.execPath, [join(project, 'build', 'function.mjs'), folder], { cwd: tempDir(), env });
    expect(readdirSync(folder).sort()).toEqual(['function.zip', 'index.mjs']);
    expect(readFileSync(join(folder, 'function.zip')).equals(readFunctionZip())).toBe(true);
    expect(readFileSync(join(folder, 'index.mjs')).equals(readOnlyModule())).toBe(true);
  });
});
