import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { guardStreams, writeOut } from '../../../src/report/output.ts';
import { chooseReport } from '../../../src/report/choose.ts';
import type { Terminalish } from '../../../src/report/report.ts';
import { writeSummary } from '../../../src/report/summary-file.ts';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../helpers/temp.ts';
import { progress, summary } from './summaries.ts';

/** A stream that keeps what is written, and may say that it is a terminal. */
function screen(terminal: { isTTY?: boolean; columns?: number } = {}): { stream: Terminalish; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  // What the drawing needs of a terminal beyond what any stream has.
  const moves = { cursorTo: () => true, moveCursor: () => true, clearLine: () => true, clearScreenDown: () => true };
  return { stream: Object.assign(stream, moves, terminal), text: () => text };
}

const settings = { quiet: false, color: false, reportEveryMs: 20 };

describe('progress', () => {
  it('comes as plain lines where stderr is no terminal', async () => {
    const { stream, text } = screen();
    const report = await chooseReport(settings, stream, {});
    report.phase('looking at table people');
    report.begin(() => progress());
    await delay(100);
    report.say('a choice');
    report.end();
    const after = text();
    expect(after).toMatch(/^looking at table people\n(50% of 1\.0 MB, .*\n)+a choice\n$/);
    await delay(60);
    expect(text()).toBe(after);
  });

  it('comes as plain lines on a dumb terminal', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 80 });
    const report = await chooseReport(settings, stream, { TERM: 'dumb' });
    report.say('a choice');
    report.end();
    expect(text()).toBe('a choice\n');
  });

  it('is one line on a terminal, and leaves nothing but what was said', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 40 });
    const report = await chooseReport(settings, stream, {});
    report.phase('looking at table people');
    report.begin(() => progress());
    await delay(150);
    report.say('a choice');
    report.end();
    report.end();
    expect(text()).toContain('looking at table people');
    expect(text()).toContain(' 50%  0 rec/s');
    // The line itself never ends: only what is said does.
    expect(text().match(/.*\n/g)).toHaveLength(1);
    expect(text()).toMatch(/a choice\n/);
    // The cursor, hidden while it draws, is back.
    expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'));
  });

  it('is not shown with --quiet', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 80 });
    const report = await chooseReport({ ...settings, quiet: true }, stream, {});
    report.phase('a');
    report.begin(() => progress());
    report.say('b');
    report.end();
    expect(text()).toBe('');
  });
});

describe('a stream that breaks', () => {
  const broken = (code: string) =>
    new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error(code), { code }));
      },
    });

  it.each([
    ['EPIPE', undefined],
    ['EIO', undefined],
    ['ENOSPC', 'ENOSPC'],
  ])('of %s on stdout, %s is told', async (code, told) => {
    const stdout = broken(code);
    const lost = guardStreams(stdout, broken('EPIPE'));
    await writeOut(stdout, 'a result');
    await writeOut(stdout, 'another one');
    await delay(1);
    expect(lost()?.message).toBe(told);
  });

  it('of stderr, nothing is told', async () => {
    const stderr = broken('ENOSPC');
    const lost = guardStreams(screen().stream, stderr);
    await writeOut(stderr, 'words');
    expect(lost()).toBeUndefined();
  });
});

describe('the summary file', () => {
  it('replaces an older one, and is its owner’s alone', async () => {
    const dir = tempDir();
    const path = join(dir, 'summary.json');
    await writeSummary(path, summary({ read: 1 }));
    await writeSummary(path, summary());
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(summary());
    expect(readdirSync(dir)).toEqual(['summary.json']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('that cannot be written is an error of its own', async () => {
    const path = join(tempDir(), 'missing', 'summary.json');
    await expect(writeSummary(path, summary())).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
