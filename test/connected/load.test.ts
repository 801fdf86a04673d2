import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findWireEndpoint } from '../../src/load/wire/endpoint.ts';
import { describeTable } from '../../src/aws/table/describe.ts';
import { LoaderError } from '../../src/errors.ts';
import { load } from '../../src/load/load.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import type { Settings } from '../../src/load/settings.ts';
import type { Source, SourceIdentity } from '../../src/load/source/source.ts';
import { openWireClient } from '../../src/load/wire/http-client.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { tempDir } from '../helpers/temp.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { processContext, makeRawOptions } from '../unit/options/given.ts';

const emulator = withDynalite();

function settingsFor(table: string, checkpoint: string, onUnfinished: 'refuse' | 'resume'): Settings {
  const settings = resolveDirect(parseOptions(makeRawOptions({ table }), ['input.csv']), processContext);
  return { ...settings, report: { ...settings.report, checkpoint, onUnfinished } };
}

const lines = Array.from({ length: 1_000 }, (_, index) => `k-${index},text\n`);
const bytes = Buffer.from('id,text\n' + lines.join(''));

/** Returns a source that fails with EIO at a byte offset. */
function createFailingSource(at: number): Source {
  const identity: SourceIdentity = {
    kind: 'file',
    sizeBytes: bytes.length,
    mtimeMs: 1,
    headSha256: '',
    tailSha256: '',
  };
  return {
    name: 'input.csv',
    baseName: 'input.csv',
    storedBytes: bytes.length,
    storedOffset: (offset) => offset,
    head: () => {
      throw new Error('a single source needs no header check in advance');
    },
    identify: () => Promise.resolve(identity),
    async *read(offset) {
      await Promise.resolve();
      for (let from = offset; from < bytes.length; from += 1_000) {
        if (from + 1_000 > at) throw new LoaderError('SOURCE_UNREADABLE', 'input.csv cannot be read: EIO');
        yield bytes.subarray(from, from + 1_000);
      }
    },
    close: () => Promise.resolve(),
  };
}

it('a source that becomes unreadable midway ends with status 3, a checkpoint and the earlier records written', async () => {
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const checkpoint = join(tempDir(), 'input.checkpoint');
  const run = async (source: Source, onUnfinished: 'refuse' | 'resume') => {
    const wire = openWireClient({ ...(await findWireEndpoint(emulator.client, table)), connections: 4 });
    const summary = await load(settingsFor(table, checkpoint, onUnfinished), {
      sources: [source],
      openTable: () => describeTable(emulator.client, table),
      openClient: () => Promise.resolve(wire),
      stop: new AbortController().signal,
      begin: () => undefined,
      say: () => undefined,
    });
    await wire.close();
    return summary;
  };

  const stopped = await run(createFailingSource(6_000), 'refuse');
  expect(stopped).toMatchObject({ exitStatus: 3, checkpoint, ahead: 0, error: { code: 'SOURCE_UNREADABLE' } });
  expect(stopped.read).toBeGreaterThan(300);
  expect(stopped.read).toBeLessThan(1_000);
  expect(await scanAll(emulator.client, table)).toHaveLength(stopped.written);

  const resumed = await run(createFailingSource(Infinity), 'resume');
  expect(resumed).toMatchObject({ exitStatus: 0, read: 1_000, written: 1_000, bytes: bytes.length, checkpoint: null });
  expect(await scanAll(emulator.client, table)).toHaveLength(1_000);
  expect(existsSync(checkpoint)).toBe(false);
});
