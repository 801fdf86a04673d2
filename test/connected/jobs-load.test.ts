import { describe, expect, it } from 'vitest';
import { findWireEndpoint } from '../../src/load/wire/endpoint.ts';
import { describeTable } from '../../src/aws/table/describe.ts';
import { findBoundaries, minRangeBytes } from '../../src/pipeline/jobs/range/boundaries.ts';
import { loadRange } from '../../src/pipeline/jobs/range/load-range.ts';
import { newJob } from '../../src/pipeline/state/job.ts';
import { addTotals, zeroTotals } from '../../src/pipeline/state/totals.ts';
import { newTask, type TaskState, type TaskProgress } from '../../src/pipeline/state/task.ts';
import type { TaskResult, LeasedTask } from '../../src/pipeline/jobs/ports.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import type { Settings } from '../../src/load/settings.ts';
import type { Checkpoint } from '../../src/load/settle/checkpoint.ts';
import type { Source, SourceIdentity } from '../../src/load/source/source.ts';
import { openWireClient } from '../../src/load/wire/http-client.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { processContext, makeRawOptions } from '../unit/options/given.ts';

const emulator = withDynalite();

const object = { bucket: 'b', key: 'import/a.csv', versionId: null, etag: '"1"', lastModifiedMs: 0, sizeBytes: 0 };
const emptyWork: TaskProgress = { frontier: 0, acknowledged: 0, checkpoint: null, part: zeroTotals };

/** Returns a source of the bytes [0, to) of an object. */
function sourceOf(bytes: Buffer, to = bytes.length): Source {
  const identity: SourceIdentity = { kind: 'object', sizeBytes: bytes.length, etag: '"1"' };
  return {
    name: 's3://b/import/a.csv',
    baseName: 'a.csv',
    storedBytes: to,
    storedOffset: (offset) => offset,
    async *head() {
      yield* this.read(0);
    },
    identify: () => Promise.resolve(identity),
    async *read(offset) {
      for (let from = offset; from < to; from += 20_000) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield bytes.subarray(from, Math.min(to, from + 20_000));
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Makes a CSV of multi-line records, some with too few fields. */
function csvOf(records: number, textBytes: number): Buffer {
  const lines = Array.from({ length: records }, (_, index) =>
    index % 97 === 5 ? `bad-${index}\n` : `k-${index},"line one ${index}\nline ""two"", ${'x'.repeat(textBytes)}"\n`,
  );
  return Buffer.from(`\ufeffid,text\n${lines.join('')}`);
}

interface Put {
  readonly key: string;
  readonly text: string;
}

describe('a range of an object', () => {
  async function load(
    settings: Settings,
    bytes: Buffer,
    task: TaskState,
    puts: Put[],
    stopAfterSaves = Infinity,
  ): Promise<{ ended: TaskResult; saves: TaskProgress[] }> {
    const wire = openWireClient({ ...(await findWireEndpoint(emulator.client, settings.table)), connections: 4 });
    const controller = new AbortController();
    const saves: TaskProgress[] = [];
    const leased: LeasedTask = {
      job: newJob('job', object, { settings: null, parallel: 1, maxErrors: settings.write.maxErrors }, 0),
      name: 0,
      task,
      stop: controller.signal,
      renew: (work) => {
        // Stored and parsed, as another loader would read it.
        const saved = JSON.parse(JSON.stringify(work)) as TaskProgress;
        // The counts cover only the records before the resume point, even while later rejects are stored.
        expect(saved.part.counts).toEqual((saved.checkpoint as Checkpoint).counts);
        saves.push(saved);
        if (saves.length >= stopAfterSaves) controller.abort();
        return Promise.resolve();
      },
    };
    const table = {
      openTable: () => describeTable(emulator.client, settings.table),
      openClient: () => Promise.resolve(wire),
      say: () => undefined,
    };
    const put = async (key: string, body: Buffer): Promise<void> => {
      puts.push({ key, text: body.toString() });
      await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const ended = await loadRange(settings, sourceOf(bytes, task.to ?? bytes.length), table, {
      leased,
      saveEveryMs: 30,
      put,
    });
    await wire.close();
    return { ended: JSON.parse(JSON.stringify(ended)) as TaskResult, saves };
  }

  async function settingsFor(): Promise<Settings> {
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    return resolveDirect(parseOptions(makeRawOptions({ table }), ['s3://b/import/a.csv']), processContext);
  }

  it('of an empty object is loaded with 0 records', async () => {
    const settings = await settingsFor();
    const task = newTask({ run: 1, from: 0, to: null, work: emptyWork }, 0);
    const { ended } = await load(settings, Buffer.alloc(0), task, []);
    expect(ended).toMatchObject({ kind: 'done', work: { part: { bytes: 0, counts: { read: 0, rejected: 0 } } } });
  });

  it('is loaded by a series of leases that each resume where the last one stopped, and is counted once', async () => {
    const settings = await settingsFor();
    const bytes = csvOf(8_000, 20);
    const puts: Put[] = [];
    let task = newTask({ run: 1, from: 0, to: null, work: emptyWork }, 0);
    let leases = 0;
    for (;;) {
      const { ended } = await load(settings, bytes, task, puts, 3);
      expect(ended.work.frontier).toBeGreaterThanOrEqual(task.work.frontier);
      task = { ...task, work: ended.work };
      leases++;
      if (ended.kind === 'done') break;
      expect(ended.kind).toBe('stopped');
    }
    expect(leases).toBeGreaterThan(2);
    const bad = Math.ceil((8_000 - 5) / 97);
    const { part, frontier } = task.work;
    expect(frontier).toBe(bytes.length);
    expect(part).toMatchObject({ bytes: bytes.length, counts: { read: 8_000, written: 8_000 - bad, rejected: bad } });
    expect(await scanAll(emulator.client, settings.table)).toHaveLength(8_000 - bad);

    const listed = part.rejects.map(({ key }) => puts.findLast((one) => one.key === key)?.text ?? '');
    expect(part.rejects.reduce((sum, { records }) => sum + records, 0)).toBe(bad);
    const rejected = listed.flatMap((text) => {
      expect(text.startsWith('\ufeffid,text\n')).toBe(true);
      return text.split('\n').slice(1, -1);
    });
    expect(rejected).toEqual(Array.from({ length: bad }, (_, n) => `bad-${5 + 97 * n}`));
  });

  it('is one of several that together load the whole object with correct line and record numbers', async () => {
    const settings = await settingsFor();
    const bytes = csvOf(2_600, 1_500);
    expect(bytes.length).toBeGreaterThan(3 * minRangeBytes);
    const cuts: { offset: number; checkpoint: unknown }[] = [];
    for await (const cut of findBoundaries(settings, sourceOf(bytes), 3, emptyWork)) {
      cuts.push(JSON.parse(JSON.stringify(cut)) as { offset: number; checkpoint: unknown });
    }
    expect(cuts).toHaveLength(2);
    // Resuming from a boundary finds the later boundaries.
    const [first, second] = cuts;
    const rest: number[] = [];
    const from = { ...emptyWork, frontier: first?.offset ?? 0, checkpoint: first?.checkpoint };
    for await (const { offset } of findBoundaries(settings, sourceOf(bytes), 3, from)) rest.push(offset);
    expect(rest).toEqual([second?.offset]);

    const puts: Put[] = [];
    let whole = zeroTotals;
    for (const [index, start] of [{ offset: 0, checkpoint: null }, ...cuts].entries()) {
      const work = { ...emptyWork, frontier: start.offset, checkpoint: start.checkpoint };
      const task = newTask({ run: 1, from: start.offset, to: cuts[index]?.offset ?? null, work }, 0);
      const { ended } = await load(settings, bytes, task, puts);
      expect(ended.kind).toBe('done');
      whole = addTotals(whole, ended.work.part);
    }
    const bad = Math.ceil((2_600 - 5) / 97);
    expect(whole).toMatchObject({ bytes: bytes.length, counts: { read: 2_600, written: 2_600 - bad, rejected: bad } });
    expect(await scanAll(emulator.client, settings.table)).toHaveLength(2_600 - bad);
    const reasons = puts
      .filter(({ key }) => key.endsWith('.jsonl'))
      .flatMap(({ text }) =>
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { record: number; line: number }),
      );
    expect(reasons.map(({ record, line }) => [record, line])).toEqual(
      Array.from({ length: bad }, (_, n) => {
        const index = 5 + 97 * n;
        // The header, then two lines for each earlier good record and one for each earlier bad record.
        return [index + 1, 2 + 2 * index - n];
      }),
    );
  });
});
