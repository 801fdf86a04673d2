import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { fieldMakers, formatCsv, makeCsv, makeBadRecords } from '../helpers/csv.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { installedProgram } from '../helpers/install/installed.ts';
import { startFaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { run, start, summaryOf, tempDir } from '../helpers/run/run.ts';
import { createTable, scanAll, type TableDefinition } from '../helpers/compare/tables.ts';

describe('a direct load', () => {
  const emulator = withDynalite();

  async function load(
    csv: Buffer | string,
    more: string[] = [],
    plan: TableDefinition = { partitionKey: ['id', 'S'] },
  ) {
    const cwd = tempDir();
    const file = join(cwd, 'input.csv');
    writeFileSync(file, csv);
    const table = await createTable(emulator.client, plan);
    const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', emulator.endpoint, ...more];
    const result = await run([...args, '--json'], { cwd });
    return { ...result, cwd, file, table, args, summary: summaryOf(result) };
  }

  describe('that fails before the first write', () => {
    it.each([
      ['two columns with the same name', 'id,a,a\n1,2,3\n', [], 3, 'HEADER_INVALID', 'a'],
      ['a column without a name', 'id,,b\n1,2,3\n', [], 3, 'HEADER_INVALID', '2'],
      ['a missing key column', 'key,b\n1,2\n', [], 3, 'KEY_COLUMN_MISSING', 'id'],
      ['an unknown column', 'id,name\n1,2\n', ['--types', 'nmae:N'], 3, 'COLUMN_UNKNOWN', 'name'],
      ['a type that contradicts the key of the table', 'id,b\n1,2\n', ['--types', 'id:N'], 3, 'TYPE_CONFLICT', 'id'],
      ['an empty source', '', [], 3, 'HEADER_INVALID', 'empty'],
      ['a header whose quote never closes', 'id,"b\n1,2\n', [], 3, 'UNCLOSED_QUOTE', '1'],
    ] as const)('reports %s', async (_, csv, more, exit, code, named) => {
      const { status, summary, table, stderr, cwd } = await load(csv, [...more]);
      expect(status, stderr).toBe(exit);
      expect(summary.error?.code).toBe(code);
      expect(stderr).toContain(code);
      expect(`${String(summary.error?.message)} ${String(summary.error?.hint)}`).toContain(named);
      expect(summary).toMatchObject({ read: 0, requests: 0, checkpoint: null });
      expect(await scanAll(emulator.client, table)).toEqual([]);
      expect(existsSync(join(cwd, 'input.csv.checkpoint'))).toBe(false);
      expect(existsSync(join(cwd, 'input.csv.checkpoint.lock'))).toBe(false);
    });

    it('ends with status 3 for a missing table, and suggests --create-table', async () => {
      const cwd = tempDir();
      writeFileSync(join(cwd, 'a.csv'), 'id\n1\n');
      const args = ['direct', 'a.csv', '--table', 'nowhere', '--endpoint-url', emulator.endpoint];
      const { status, stderr } = await run(args, { cwd });
      expect(status).toBe(3);
      expect(stderr).toContain('TABLE_NOT_FOUND');
      expect(stderr).toContain('--create-table');
      expect(stderr).not.toMatch(/\n {4}at /);
    });

    it('ends with status 3 and no stack for an endpoint that refuses connections', async () => {
      const cwd = tempDir();
      writeFileSync(join(cwd, 'a.csv'), 'id\n1\n');
      const args = ['direct', 'a.csv', '--table', 'nowhere', '--endpoint-url', 'http://127.0.0.1:9'];
      const { status, stderr } = await run(args, { cwd });
      expect(status).toBe(3);
      expect(stderr).toContain('127.0.0.1:9');
      expect(stderr).not.toMatch(/\n {4}at /);
    });

    it.each([
      ['--endpoint-url', ['--endpoint-url', 'http://me:secret@127.0.0.1:9'], {}],
      ['AWS_ENDPOINT_URL', [], { AWS_ENDPOINT_URL: 'http://me:secret@127.0.0.1:9' }],
    ])('does not print the credentials in %s', async (_, more, env) => {
      const cwd = tempDir();
      writeFileSync(join(cwd, 'a.csv'), 'id\n1\n');
      const args = ['direct', 'a.csv', '--table', 'nowhere', '--verbose', ...more];
      const { status, stdout, stderr } = await run(args, { cwd, env });
      expect(status).toBeGreaterThan(2);
      expect(stdout + stderr).not.toContain('secret');
    });
  });

  describe('with bad records', () => {
    const types = ['--types', 'amount:N'];

    it('writes the rejects as a CSV like the source, with a reason for each, and they can be loaded again', async () => {
      const csv = makeBadRecords(2_000, { every: 20, seed: 4 });
      const { status, summary, cwd, table, file } = await load(csv.bytes, types);
      expect(status).toBe(1);
      expect(summary).toMatchObject({ read: 2_000, rejected: csv.bad.length, rejectsFile: 'input.csv.rejects' });
      const rejects = readFileSync(join(cwd, 'input.csv.rejects'));
      expect(rejects).toEqual(Buffer.concat([Buffer.from('id,amount,note\n'), ...csv.bad.map((bad) => bad.raw)]));
      const bytes = readFileSync(file);
      const reasons = readFileSync(join(cwd, 'input.csv.rejects.jsonl'), 'utf8').trimEnd().split('\n');
      const reasonsFound = reasons.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(reasonsFound.map(({ record, line, code }) => ({ number: record, line, code }))).toEqual(
        csv.bad.map(({ number, line, code }) => ({ number, line, code })),
      );
      for (const [index, { raw }] of csv.bad.entries()) {
        const offset = Number(reasonsFound[index]?.['offset']);
        expect(bytes.subarray(offset, offset + raw.length)).toEqual(raw);
        expect(reasonsFound[index]).toMatchObject({ file: 'input.csv' });
        expect(String(reasonsFound[index]?.['reason']).length).toBeGreaterThan(10);
      }
      expect(await scanAll(emulator.client, table)).toHaveLength(2_000 - csv.bad.length);
      const args = ['direct', 'input.csv.rejects', '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
      const again = await run([...args, ...types, '--ragged', 'truncate'], { cwd });
      expect(summaryOf(again).rejected).toBeLessThan(csv.bad.length);
      expect(summaryOf(again).read).toBe(csv.bad.length);
    });

    it.each([
      ['a count', '--max-errors', '9', 10],
      ['a share', '--max-errors', '1%', 51],
    ])(
      'that exceeds --max-errors as %s ends with status 2 at a fixed record, and --resume continues',
      async (...[, flag, value, rejected]) => {
        const csv = makeBadRecords(5_000, { every: 20, seed: 9 });
        const first = await load(csv.bytes, [...types, flag, value]);
        expect(first.status, first.stderr).toBe(2);
        expect(first.summary).toMatchObject({ checkpoint: 'input.csv.checkpoint', error: { code: 'TOO_MANY_ERRORS' } });
        if (value.endsWith('%')) expect(first.summary.read).toBeGreaterThanOrEqual(1_000);
        else expect(first.summary).toMatchObject({ rejected, read: csv.bad[9]?.number });
        const { written, superseded, read } = first.summary;
        expect(written + superseded + first.summary.rejected).toBe(read);
        const resumed = await run([...first.args, ...types, '--max-errors', '1000', '--resume', '--json'], {
          cwd: first.cwd,
        });
        expect(resumed.status, resumed.stderr).toBe(1);
        expect(summaryOf(resumed)).toMatchObject({ read: 5_000, rejected: csv.bad.length });
      },
    );

    it('does not overwrite an existing reject file', async () => {
      const first = await load('id,amount\n1,x\n', types);
      const again = await run([...first.args, '--json'], { cwd: first.cwd });
      expect(summaryOf(again).rejectsFile).toBe('input.csv.2.rejects');
      expect(readFileSync(join(first.cwd, 'input.csv.rejects'), 'utf8')).toBe('id,amount\n1,x\n');
    });

    it.each([
      ['a file', 'bad.csv', undefined, 'bad.csv'],
      ['an existing folder', 'out', 'out', join('out', 'input.csv.rejects')],
    ])('writes the rejects where --rejects names %s', async (_, rejects, folder, path) => {
      const cwd = tempDir();
      if (folder !== undefined) mkdirSync(join(cwd, folder));
      writeFileSync(join(cwd, 'input.csv'), 'id,amount\n1,x\n');
      const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
      const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', emulator.endpoint, '--json', ...types];
      const result = await run([...args, '--rejects', rejects], { cwd });
      expect(result.status, result.stderr).toBe(1);
      expect(summaryOf(result).rejectsFile).toBe(path);
      expect(readFileSync(join(cwd, path), 'utf8')).toBe('id,amount\n1,x\n');
    });

    it('reports a missing reject folder before the first write', async () => {
      const { status, summary, table } = await load('id,amount\n1,2\n', [...types, '--rejects', 'no/where/bad.csv']);
      expect(status).toBe(3);
      expect(summary).toMatchObject({ error: { code: 'OUTPUT_UNWRITABLE' }, requests: 0 });
      expect(await scanAll(emulator.client, table)).toEqual([]);
    });

    it('handles a wrong or empty index key before sending the item', async () => {
      const csv = 'id,city,age\n1,Lima,7\n2,,8\n3,Rome,old\n4,Oslo,\n';
      const plan: TableDefinition = {
        partitionKey: ['id', 'S'],
        indexes: { byCity: { partitionKey: ['city', 'S'], sortKey: ['age', 'N'] } },
      };
      const { status, summary, table } = await load(csv, ['--empty', 'string'], plan);
      expect(status).toBe(1);
      expect(summary).toMatchObject({ read: 4, written: 3, rejected: 1, requests: 1 });
      const items = new Map((await scanAll(emulator.client, table)).map((item) => [item['id']?.S, item]));
      expect(items.get('1')).toEqual({ id: { S: '1' }, city: { S: 'Lima' }, age: { N: '7' } });
      expect(items.get('2')).toEqual({ id: { S: '2' }, age: { N: '8' } });
      expect(items.get('4')).toEqual({ id: { S: '4' }, city: { S: 'Oslo' } });
    });
  });

  describe('whose source fails', () => {
    it('at an unclosed quote ends with status 3 and its line, and the earlier records are loaded', async () => {
      const csv = 'id,t\n1,a\n2,"b\nb"\n3,"never\n4,d\n';
      const { status, summary, table } = await load(csv);
      expect(status).toBe(3);
      expect(summary).toMatchObject({ read: 2, written: 2, error: { code: 'UNCLOSED_QUOTE', place: { line: 5 } } });
      expect(await scanAll(emulator.client, table)).toHaveLength(2);
    });

    it('at a record over --max-record-bytes ends with status 3 and its line', async () => {
      const csv = `id,t\n1,a\n2,${'b'.repeat(3_000)}\n3,c\n`;
      const { status, summary } = await load(csv, ['--max-record-bytes', '2KiB']);
      expect(status).toBe(3);
      expect(summary).toMatchObject({ read: 1, error: { code: 'RECORD_TOO_LONG', place: { line: 3 } } });
    });

    it('because it changes during the load ends with status 3 and a checkpoint', async () => {
      const proxy = await startFaultProxy(emulator.endpoint, { faults: { delay: 1 }, delayMs: 100 });
      const cwd = tempDir();
      const file = join(cwd, 'input.csv');
      // Far more than the window holds, so that csv2ddb is still reading.
      writeFileSync(file, formatCsv(makeCsv(200_000, { id: fieldMakers.id, text: fieldMakers.text })));
      const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
      const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', proxy.endpoint, '--json'];
      const running = start(args, { cwd });
      while (proxy.counts.itemsWritten < 500) await sleep(5);
      appendFileSync(file, 'another,line\n');
      proxy.stopFaults();
      const result = await running.ended;
      await proxy.stop();
      expect(result.status, result.stderr).toBe(3);
      expect(summaryOf(result)).toMatchObject({
        checkpoint: 'input.csv.checkpoint',
        error: { code: 'SOURCE_CHANGED' },
      });
    });

    it.each([
      ['a missing file', 'none.csv'],
      ['a folder', 'folder'],
    ])('because it is %s ends with status 3 before the first write', async (_, name) => {
      const cwd = tempDir();
      mkdirSync(join(cwd, 'folder'));
      const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
      const args = ['direct', name, '--table', table, '--endpoint-url', emulator.endpoint];
      const { status, stderr } = await run(args, { cwd });
      expect(status).toBe(3);
      expect(stderr).toContain('SOURCE_UNREADABLE');
    });
  });

  it('writes the records received so far while its source stalls', async () => {
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
    const running = start(args, { cwd: tempDir(), stdin: null });
    running.child.stdin?.write('id,n\n1,a\n2,b\n3,');
    while ((await scanAll(emulator.client, table)).length < 2) await sleep(20);
    running.child.stdin?.end('c\n');
    const result = await running.ended;
    expect(result.status, result.stderr).toBe(0);
    expect(summaryOf(result)).toMatchObject({ read: 3, written: 3 });
    expect(await scanAll(emulator.client, table)).toHaveLength(3);
  });

  it(
    'with a record larger than the memory of the window rejects only that one record',
    { timeout: 120_000 },
    async () => {
      const cwd = tempDir();
      // Larger than the memory limit for waiting records.
      const large = Buffer.alloc(40 * 1024 * 1024, 'x');
      writeFileSync(
        join(cwd, 'input.csv'),
        Buffer.concat([Buffer.from('id,t\n1,a\n2,'), large, Buffer.from('\n3,c\n')]),
      );
      const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
      const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
      const result = await run([...args, '--max-record-bytes', '64MiB'], { cwd });
      expect(result.status, result.stderr).toBe(1);
      expect(summaryOf(result)).toMatchObject({ read: 3, written: 2, rejected: 1 });
    },
  );

  it('of several sources reads them in the given order, each with its own header and reject file', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'b.csv'), 'id,n\n1,1\n2,x\n3,1\n');
    writeFileSync(join(cwd, 'a.csv'), '\ufeffn,id\r\n2,1\r\n\r\ny,4\r\n2,5');
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = ['direct', 'b.csv', 'a.csv', '--table', table, '--endpoint-url', emulator.endpoint, '--types', 'n:N'];
    const result = await run([...args, '--json'], { cwd });
    expect(result.status, result.stderr).toBe(1);
    expect(summaryOf(result)).toMatchObject({ read: 6, rejected: 2, rejectsFile: ['b.csv.rejects', 'a.csv.rejects'] });
    expect(readFileSync(join(cwd, 'a.csv.rejects'), 'utf8')).toBe('\u{feff}n,id\r\ny,4\r\n');
    const apart = await run([...args, '--json', '--rejects', 'apart'], { cwd });
    expect(summaryOf(apart).rejectsFile).toEqual([join('apart', 'b.csv.rejects'), join('apart', 'a.csv.rejects')]);
    const items = (await scanAll(emulator.client, table)).map((item) => [item['id']?.S, item['n']?.N]).sort();
    expect(items).toEqual([
      ['1', '2'],
      ['3', '1'],
      ['5', '2'],
    ]);
  });

  it(
    'on a full disk ends with status 3, and --resume completes when there is space (skipped if no small disk can be mounted)',
    { timeout: 120_000 },
    async (context) => {
      const disk = tempDir();
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk], { stdio: 'ignore' });
      } catch {
        context.skip('a small file system can be mounted only by root on Linux');
      }
      try {
        const csv = makeBadRecords(20_000, { every: 4, seed: 2 });
        const cwd = tempDir();
        writeFileSync(join(cwd, 'input.csv'), csv.bytes);
        const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
        const args = ['direct', 'input.csv', '--table', table, '--endpoint-url', emulator.endpoint, '--json'];
        const more = ['--types', 'amount:N', '--max-errors', '100000', '--rejects', join(disk, 'rejects')];
        const full = await run([...args, ...more], { cwd });
        expect(full.status, full.stderr).toBe(3);
        expect(summaryOf(full)).toMatchObject({
          error: { code: 'OUTPUT_UNWRITABLE' },
          checkpoint: 'input.csv.checkpoint',
        });
        execFileSync('mount', ['-o', 'remount,size=8m', disk], { stdio: 'ignore' });
        const resumed = await run([...args, ...more, '--resume'], { cwd });
        expect(resumed.status, resumed.stderr).toBe(1);
        expect(summaryOf(resumed)).toMatchObject({ read: 20_000, rejected: csv.bad.length });
        const header = Buffer.from('id,amount,note\n');
        expect(readFileSync(join(disk, 'rejects'))).toEqual(Buffer.concat([header, ...csv.bad.map((bad) => bad.raw)]));
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it.skipIf(process.platform === 'win32')('completes after its output pipes close', async () => {
    const cwd = tempDir();
    const records = formatCsv(makeCsv(3_000, { id: fieldMakers.id }));
    writeFileSync(join(cwd, 'input.csv'), records);
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const env = { ...process.env, AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_REGION: 'us-east-1' };
    const args = [installedProgram(), 'direct', 'input.csv', '--table', table, '--endpoint-url', emulator.endpoint];
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    child.stderr.destroy();
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(0);
    expect(await compareTableWithFile(emulator.client, table, join(cwd, 'input.csv'), { keys: ['id'] })).toEqual([]);
  });

  it('with --local keeps its tables in a folder and locks it', { timeout: 120_000 }, async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'a.csv'), formatCsv(makeCsv(300, { id: fieldMakers.id, text: fieldMakers.unicode })));
    const first = await run(['direct', 'a.csv', '--table', 'first', '--json', '--local'], { cwd });
    expect(first.status, first.stderr).toBe(0);
    expect(first.stderr).toContain('id');
    expect(summaryOf(first)).toMatchObject({ read: 300, written: 300 });
    const serving = start(['local', '--port', '0'], { cwd });
    while (!/http:\/\/127\.0\.0\.1:\d+/.test(serving.stdout())) await sleep(20);
    const [endpoint] = /http:\/\/127\.0\.0\.1:\d+/.exec(serving.stdout()) ?? [];
    const { testClient } = await import('../helpers/emulators/emulator.ts');
    const client = testClient(endpoint ?? '');
    expect(await compareTableWithFile(client, 'first', join(cwd, 'a.csv'), { keys: ['id'] })).toEqual([]);
    client.destroy();
    const second = await run(['direct', 'a.csv', '--table', 'first', '--local'], { cwd });
    expect(second.status).toBe(3);
    expect(second.stderr).toContain('LOCAL_FOLDER_LOCKED');
    expect(second.stderr).toContain(String(serving.child.pid));
    serving.child.kill('SIGINT');
    expect((await serving.ended).status).toBe(0);
  });
});
