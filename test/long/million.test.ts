import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare/compare.ts';
import { testClient } from '../helpers/emulators/emulator.ts';
import { run, start, summaryOf, tempDir } from '../helpers/run/run.ts';
import { records, writeRecords } from './records.ts';

describe('a million records', () => {
  it('are loaded into the embedded DynamoDB exactly as csv-parse reads them, including equal keys', async () => {
    const cwd = tempDir();
    const file = join(cwd, 'million.csv');
    await writeRecords(file);
    const args = ['direct', file, '--table', 'million', '--types', 'count:N', '--json', '--local', 'data'];
    const result = await run(args, { cwd, timeoutMs: 3_000_000 });
    const summary = summaryOf(result);
    console.log(JSON.stringify(summary));
    expect(result.status, result.stderr).toBe(0);
    expect(summary.read).toBe(records);
    expect(summary.written + summary.superseded).toBe(records);

    const serving = start(['local', 'data', '--port', '0', '--json'], { cwd, timeoutMs: 3_000_000 });
    while (!serving.stdout().includes('http://127.0.0.1:')) await sleep(100);
    const [endpoint = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(serving.stdout()) ?? [];
    const client = testClient(endpoint);
    const differing = await compareTableWithFile(client, 'million', file, { keys: ['id'], types: { count: 'N' } });
    expect(differing).toEqual([]);
    client.destroy();
    serving.child.kill('SIGKILL');
    await serving.ended;
  });
});
