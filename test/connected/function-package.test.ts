import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { functionZip } from '../helpers/pipeline/loader-function.ts';
import { tempDir } from '../helpers/temp.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

function onlyModule(): Uint8Array {
  const files = unzipSync(functionZip());
  expect(Object.keys(files)).toEqual(['index.mjs']);
  return files['index.mjs'] ?? new Uint8Array();
}

/** Imports the function where nothing but its module is, and calls it with a message that asks for nothing. */
const calling = `
const { handler } = await import('./index.mjs');
const body = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' });
const Records = [{ messageId: 'm', receiptHandle: 'r', body, attributes: { ApproximateReceiveCount: '3' } }];
console.log(JSON.stringify(await handler({ Records }, { getRemainingTimeInMillis: () => 60_000 })));
`;

async function callAlone(env: Readonly<Record<string, string>>): Promise<{ stdout: string; stderr: string }> {
  const folder = tempDir();
  writeFileSync(join(folder, 'index.mjs'), onlyModule());
  writeFileSync(join(folder, 'call.mjs'), calling);
  return run(process.execPath, ['call.mjs'], {
    cwd: folder,
    timeout: 50_000,
    env: {
      // Nobody listens there.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      ...env,
    },
  });
}

describe("the function's package", () => {
  it('is a zip of less than 1 MB with one module, the one that lies beside it', () => {
    expect(functionZip().length).toBeLessThan(1_000_000);
    expect(Buffer.from(onlyModule()).equals(readFileSync(join(project, 'dist', 'lambda', 'index.mjs')))).toBe(true);
  });

  it("imports Node's own modules and no others", async () => {
    const module = Buffer.from(onlyModule());
    const folder = tempDir();
    writeFileSync(join(folder, 'index.mjs'), module);
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: ['index.mjs'],
      ...{ bundle: true, platform: 'node', format: 'esm', packages: 'external', write: false, metafile: true },
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    // Of packages of the older kind, as the bundler writes it.
    const required = [...module.toString().matchAll(/\b__require\w*\("([^"]+)"\)/g)].map(([, name]) => name ?? '');
    expect(imported).toContain('node:crypto');
    expect(required).toContain('node:buffer');
    // `node:` can be nothing else, also where it is of a later Node than the one that runs this.
    const isNodes = (name: string): boolean => name.startsWith('node:') || isBuiltin(name);
    expect([...imported, ...required].filter((name) => !isNodes(name))).toEqual([]);
  });

  it('runs in a folder with nothing else in it, and leaves nothing running behind', { timeout: 60_000 }, async () => {
    const { stdout } = await callAlone({
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

  it('says what its environment lacks', { timeout: 60_000 }, async () => {
    await expect(callAlone({})).rejects.toThrow(/CSV2DDB_TABLE.*CSV2DDB_BUCKET.*CSV2DDB_QUEUE_URL/s);
  });

  it('is the same, byte by byte, whenever and wherever it is built', { timeout: 120_000 }, async () => {
    const folder = tempDir();
    const env = { ...process.env, TZ: 'Pacific/Kiritimati' };
    await run(process.execPath, [join(project, 'build', 'function.mjs'), folder], { cwd: tempDir(), env });
    expect(readdirSync(folder).sort()).toEqual(['function.zip', 'index.mjs']);
    expect(readFileSync(join(folder, 'function.zip')).equals(functionZip())).toBe(true);
  });
});
