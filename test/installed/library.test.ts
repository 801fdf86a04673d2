import { execFileSync, spawn } from 'node:child_process';
import { getEventListeners, once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadOptions, Progress } from '../../src/index.ts';
import { dummyCredentials } from '../helpers/emulators/client.ts';
import { formatCsv, fieldMakers, makeCsv } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { importInstalled, installedFile, makeProject } from '../helpers/install/installed.ts';
import { startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { tempDir } from '../helpers/temp.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';

const { load, LoaderError, LoadStopped } = await importInstalled();

const emulator = withDynalite();
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', dummyCredentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', dummyCredentials.secretAccessKey);
  vi.stubEnv('AWS_REGION', 'us-east-1');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Creates a folder with people.csv, a table, and the options to load the file into the table. */
async function people(csv: string | Buffer) {
  const cwd = tempDir();
  const file = join(cwd, 'people.csv');
  writeFileSync(file, csv);
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const options: LoadOptions = {
    sources: file,
    table,
    endpointUrl: emulator.endpoint,
    checkpoint: join(cwd, 'people.checkpoint'),
    rejects: join(cwd, 'people.rejects'),
  };
  return { cwd, file, table, options };
}

describe('load', () => {
  it('loads like direct, with structured options', async () => {
    const { options, table, cwd } = await people('id;full name;age;note\n1;Ann;7;-\n2;Bob;old;x\n3;;8;x\n');
    const messages: string[] = [];
    const summary = await load({
      ...options,
      delimiter: ';',
      types: { age: 'N' },
      rename: { 'full name': 'name' },
      drop: ['note'],
      nullStrings: ['-'],
      maxErrors: '50%',
      resume: true,
      summary: join(cwd, 'summary.json'),
      onMessage: (text) => messages.push(text),
    });
    expect(summary).toMatchObject({ read: 3, written: 2, rejected: 1, exitStatus: 1, error: null });
    expect(messages).toEqual([`checkpoint ${options.checkpoint ?? ''} does not exist: starting from the beginning`]);
    expect(readFileSync(join(cwd, 'people.rejects'), 'utf8')).toBe('id;full name;age;note\n2;Bob;old;x\n');
    expect(JSON.parse(readFileSync(join(cwd, 'summary.json'), 'utf8'))).toEqual(summary);
    const items = await scanAll(emulator.client, table);
    expect(items.sort((a, b) => (a['id']?.S ?? '').localeCompare(b['id']?.S ?? ''))).toEqual([
      { id: { S: '1' }, name: { S: 'Ann' }, age: { N: '7' } },
      { id: { S: '3' }, age: { N: '8' } },
    ]);
  });

  it('reads `-` from the input stream', async () => {
    const { options, table } = await people('');
    const input = Readable.from([Buffer.from('id\n1\n'), Buffer.from('2\n')]);
    expect(await load({ ...options, sources: '-', input })).toMatchObject({ read: 2, sources: ['stdin'] });
    expect(await scanAll(emulator.client, table)).toHaveLength(2);
  });

  it.each([
    ['of strings', () => Readable.from(['id,name\n1,J', 'örg\n'])],
    [
      'with an encoding',
      () => Readable.from([Buffer.from('id,name\n1,Jörg\n')], { objectMode: false }).setEncoding('latin1'),
    ],
    [
      'from a generator',
      async function* () {
        yield await Promise.resolve('id,name\n');
        yield Buffer.from('1,Jörg\n');
      },
    ],
  ])('reads an input %s', async (_, input) => {
    const { options, table } = await people('');
    expect(await load({ ...options, sources: '-', input: input() })).toMatchObject({ read: 1 });
    expect(await scanAll(emulator.client, table)).toEqual([{ id: { S: '1' }, name: { S: 'Jörg' } }]);
  });

  it('rejects an input stream that was already read', async () => {
    const { options } = await people('');
    const input = Readable.from([Buffer.from('1\n')]);
    await input.toArray();
    const running = load({ ...options, sources: '-', input, noHeader: true, columns: ['id'] });
    await expect(running).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
  });

  it('reports progress, and once more at the end', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 1 }, delayMs: 30 });
    const { options } = await people(formatCsv(makeCsv(5_000, { id: fieldMakers.id })));
    const seen: Progress[] = [];
    const summary = await load({
      ...options,
      endpointUrl: proxy.endpoint,
      progressEveryMs: 20,
      onProgress: (progress) => seen.push(progress),
    });
    await proxy.stop();
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toMatchObject({ read: 5_000, written: 5_000, done: 1, bytes: summary.bytes });
    const shares = seen.map(({ done }) => done ?? 0);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('keeps a checkpoint when it is aborted, and resumes from it', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 1 }, delayMs: 30 });
    const { options, table } = await people(formatCsv(makeCsv(10_000, { id: fieldMakers.id })));
    const stop = new AbortController();
    const running = load({ ...options, endpointUrl: proxy.endpoint, signal: stop.signal });
    const ended = running.catch((error: unknown) => error);
    while (proxy.counts.itemsWritten < 1_000) await sleep(5);
    stop.abort();
    const error = await ended;
    await proxy.stop();
    expect(error).toBeInstanceOf(LoadStopped);
    expect(error).toMatchObject({ code: 'INTERRUPTED', exitStatus: 4, summary: { checkpoint: options.checkpoint } });
    const summary = await load({ ...options, resume: true });
    expect(summary).toMatchObject({ read: 10_000, written: 10_000, resumed: true, checkpoint: null });
    expect(await scanAll(emulator.client, table)).toHaveLength(10_000);
  });

  it('stops when a callback throws, and throws the same error', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 1 }, delayMs: 50 });
    const { options } = await people(formatCsv(makeCsv(20_000, { id: fieldMakers.id })));
    const onProgress = (): never => {
      throw new RangeError('from the callback');
    };
    const running = load({ ...options, endpointUrl: proxy.endpoint, progressEveryMs: 10, onProgress });
    await expect(running).rejects.toThrow(new RangeError('from the callback'));
    await proxy.stop();
    expect(existsSync(options.checkpoint ?? '')).toBe(true);
  });

  it('throws the error of the last callback, but still writes the summary', async () => {
    const { options, cwd } = await people('id\n1\n');
    const summary = join(cwd, 'summary.json');
    const onProgress = (): never => {
      throw new RangeError('from the callback');
    };
    await expect(load({ ...options, summary, onProgress })).rejects.toThrow(RangeError);
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ written: 1, exitStatus: 0 });
  });

  it('stops when a callback rejects, and throws the same error', async () => {
    const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 1 }, delayMs: 50 });
    const { options } = await people(formatCsv(makeCsv(20_000, { id: fieldMakers.id })));
    const onProgress = (): Promise<never> => Promise.reject(new RangeError('from the callback'));
    const running = load({ ...options, endpointUrl: proxy.endpoint, progressEveryMs: 10, onProgress });
    await expect(running).rejects.toThrow(new RangeError('from the callback'));
    await proxy.stop();
  });

  it('stops when onMessage throws, and leaves no lock', async () => {
    const { options } = await people('id\n1\n');
    const onMessage = (): never => {
      throw new RangeError('from the callback');
    };
    await expect(load({ ...options, resume: true, onMessage })).rejects.toThrow(RangeError);
    expect(existsSync(`${options.checkpoint ?? ''}.lock`)).toBe(false);
    expect(await load(options)).toMatchObject({ read: 1 });
  });

  it('leaves no listener on the signal', async () => {
    const { options } = await people('id\n1\n');
    const { signal } = new AbortController();
    for (let time = 0; time < 3; time++) await load({ ...options, signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('writes nothing if the signal is already aborted', async () => {
    const { options, table } = await people('id\n1\n');
    await expect(load({ ...options, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await scanAll(emulator.client, table)).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['no sources', { sources: [] }, /sources is missing or empty/],
    ['sources left out', { sources: undefined }, /sources is missing or empty/],
    ['an option of the terminal', { quiet: true }, /quiet is an option of the command line only/],
    ['an option of another command', { deleteData: true }, /deleteData is an option of the command line only/],
    ['an interval of 0 between callbacks', { progressEveryMs: 0 }, /progressEveryMs/],
  ])('rejects %s', async (_, wrong, message) => {
    const { options } = await people('id\n1\n');
    await expect(load({ ...options, ...wrong })).rejects.toThrow(message);
  });

  it('reports all invalid options together, before anything is done', async () => {
    const { options } = await people('id\n1\n');
    const wrong = { ...options, delimeter: ';', concurrency: 0, types: { id: 'X' } } as unknown as LoadOptions;
    const error = await load(wrong).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LoaderError);
    expect(error).not.toBeInstanceOf(LoadStopped);
    expect(error).toMatchObject({ code: 'USAGE', exitStatus: 64 });
    const { message } = error as Error;
    for (const part of ['delimeter', 'delimiter', 'concurrency', 'types']) expect(message).toContain(part);
  });

  it('rejects with code, hint and summary if it cannot continue', async () => {
    const { options } = await people('id\n1\n');
    const running = load({ ...options, table: 'no-such-table' });
    await expect(running).rejects.toMatchObject({
      code: 'TABLE_NOT_FOUND',
      exitStatus: 3,
      summary: { read: 0, checkpoint: null },
    });
  });
});

describe('the worked example', () => {
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const strict = ['--strict', '--target', 'es2023', '--module', 'nodenext', '--rewriteRelativeImportExtensions'];

  it('compiles against the installed package and loads a file', async () => {
    const folder = makeProject();
    copyFileSync(installedFile('examples/library/load-people.ts'), join(folder, 'load-people.mts'));
    const tsc = join(modules, 'typescript/bin/tsc');
    const types = ['--types', 'node', '--typeRoots', join(modules, '@types')];
    execFileSync(process.execPath, [tsc, 'load-people.mts', ...strict, ...types], { cwd: folder, encoding: 'utf8' });
    const { cwd, table } = await people('id,age,active\n1,7,true\n2,old,false\n');
    const child = spawn(process.execPath, [join(folder, 'load-people.mjs'), 'people.csv', table], {
      cwd,
      env: { ...process.env, AWS_ENDPOINT_URL: emulator.endpoint },
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    const [status] = (await once(child, 'close')) as [number];
    expect(stdout).toBe('1 written, 1 rejected\n');
    expect(status).toBe(1);
  });
});
