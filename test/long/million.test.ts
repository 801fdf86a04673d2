import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { compareTableWithFile } from '../helpers/compare.ts';
import { startDynamoDBLocal } from '../helpers/emulator.ts';
import { run, summaryOf, tempDir } from '../helpers/run.ts';
import { createTable } from '../helpers/tables.ts';

const records = 1_000_000;
const keys = 950_000;

function* lines(): Generator<string> {
  yield 'id,count,city,note\n';
  for (let n = 0; n < records; n++) {
    const note = n % 20 === 0 ? `"said ""hi ${n}"",\nthen left"` : `plain note text ${n}`;
    yield `u-${String(n % keys).padStart(9, '0')},${n}.50,São Paulo ${n % 7},${note}\n`;
  }
}

describe('a million records', () => {
  it('arrive in DynamoDB Local as another parser reads them, equal keys included', async (context) => {
    const emulator = await startDynamoDBLocal();
    if ('skipped' in emulator) return context.skip(emulator.skipped);
    const cwd = tempDir();
    const file = join(cwd, 'million.csv');
    await pipeline(Readable.from(lines()), createWriteStream(file));
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const args = [
      'direct',
      file,
      '--table',
      table,
      '--endpoint-url',
      emulator.endpoint,
      '--types',
      'count:N',
      '--json',
    ];
    const result = await run(args, { cwd, timeoutMs: 3_000_000 });
    const summary = summaryOf(result);
    console.log(JSON.stringify(summary));
    expect(result.status, result.stderr).toBe(0);
    expect(summary.read).toBe(records);
    expect(summary.written + summary.superseded).toBe(records);
    const differing = await compareTableWithFile(emulator.client, table, file, { keys: ['id'], types: { count: 'N' } });
    expect(differing).toEqual([]);
    await emulator.stop();
  });
});
