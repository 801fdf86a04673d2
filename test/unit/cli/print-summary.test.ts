import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { printSummary } from '../../../src/cli/print-summary.ts';
import { LoaderError, type ErrorCode } from '../../../src/errors.ts';
import type { Notification } from '../../../src/report/notify/notification.ts';
import type { ReportSettings } from '../../../src/load/settings.ts';
import type { Summary } from '../../../src/load/summary.ts';
import { tempDir } from '../../helpers/temp.ts';
import { summary } from '../report/summaries.ts';

const report: ReportSettings = {
  rejects: undefined,
  checkpoint: undefined,
  onUnfinished: 'refuse',
  summary: undefined,
  notify: 'arn:aws:sns:eu-west-1:123456789012:loads',
  reportEveryMs: 10_000,
  json: true,
  quiet: false,
  verbose: false,
  color: false,
};
const commands = {
  resume: () => 'RESUME',
  load: () => 'LOAD',
  view: undefined,
  isFromStdin: false,
  hasHiddenSecrets: false,
};
const unreachable = new LoaderError('ENDPOINT_UNREACHABLE', 'not published', { hint: 'look' });

/** Prints a summary, with a topic that works or fails. Returns the output in order. */
async function print(changes: Partial<Summary>, settings: Partial<ReportSettings> = {}, fails?: Error) {
  const out: string[] = [];
  const stream = (name: string) =>
    new Writable({
      write(chunk: Buffer, _, done) {
        for (const line of chunk.toString().trimEnd().split('\n')) out.push(`${name}: ${line}`);
        done();
      },
    });
  const published: Notification[] = [];
  const status = await printSummary(
    summary(changes),
    {
      report: { ...report, ...settings },
      commands,
      publish: (notification) => {
        out.push('published');
        published.push(notification);
        return fails === undefined ? Promise.resolve() : Promise.reject(fails);
      },
    },
    { stdout: stream('out'), stderr: stream('err') },
  );
  const json = JSON.parse(out.at(-1)?.replace(/^out: /, '') ?? '') as Summary;
  return { status, out, json, published: published[0] };
}

const errorOf = (code: ErrorCode): Summary['error'] => ({ code, message: 'a message', hint: 'a hint', place: null });

describe('printSummary', () => {
  it('prints for people, then publishes, then prints JSON', async () => {
    const { status, out, published } = await print({});
    expect(status).toBe(0);
    expect(out[0]).toBe('err: Loaded people.csv into table people');
    expect(out.slice(-3)).toEqual(['err:   write units  1,200', 'published', `out: ${JSON.stringify(summary())}`]);
    expect(published?.message).toMatch(/^Loaded people\.csv into table people\n/);
  });

  it('publishes the error of a stopped run and the command to resume it', async () => {
    const changes = { exitStatus: 3 as const, error: errorOf('ACCESS_DENIED'), checkpoint: 'c' };
    const { status, published } = await print(changes);
    expect(status).toBe(3);
    expect(published?.message).toMatch(/^error ACCESS_DENIED: a message\n {2}hint: a hint\nStopped loading /);
    expect(published?.message).toContain('\nFix the problem, then resume:\n  RESUME\n');
    expect(published?.attributes.status).toBe(3);
  });

  it('publishes the text that --quiet hides on the screen', async () => {
    const { out, published } = await print({}, { quiet: true });
    expect(out).toEqual(['published', `out: ${JSON.stringify(summary())}`]);
    expect(published?.message).toMatch(/^Loaded people\.csv/);
  });

  it.each<[Summary['exitStatus'], Summary['exitStatus'], Partial<Summary>]>([
    [0, 3, {}],
    [1, 3, { rejected: 1 }],
    [2, 2, { error: errorOf('TOO_MANY_ERRORS') }],
    [4, 4, { error: errorOf('INTERRUPTED') }],
  ])('changes status %i to %i in the file and the JSON if publishing fails', async (before, after, more) => {
    const file = join(tempDir(), 'summary.json');
    const { status, out, json } = await print({ exitStatus: before, ...more }, { summary: file }, unreachable);
    expect(status).toBe(after);
    expect(json.exitStatus).toBe(after);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(json);
    expect(out.slice(-3, -1)).toEqual(['err: error ENDPOINT_UNREACHABLE: not published', 'err:   hint: look']);
  });

  it('publishes status 3 if the summary file cannot be written', async () => {
    const file = join(tempDir(), 'taken');
    mkdirSync(file);
    const { status, published, out } = await print({}, { summary: file });
    expect(status).toBe(3);
    expect(published?.attributes.status).toBe(3);
    expect(out[0]).toMatch(/^err: error OUTPUT_UNWRITABLE: /);
  });

  it('throws unexpected errors', async () => {
    await expect(print({}, {}, new TypeError('oops'))).rejects.toThrow(TypeError);
  });
});
