import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { guardStreams, writeOut } from '../../../src/report/output.ts';
import { chooseReport } from '../../../src/report/choose-report.ts';
import type { TerminalStream } from '../../../src/report/terminal.ts';
import { writeSummary } from '../../../src/report/summary-file.ts';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../helpers/temp.ts';
import { progress, summary } from './summaries.ts';

/** A stream that records each write separately, and may be a terminal. */
function screen(terminal: { isTTY?: boolean; columns?: number } = {}): {
  stream: TerminalStream;
  text: () => string;
  writes: string[];
} {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      writes.push(chunk.toString());
      done();
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  return { stream: Object.assign(stream, terminal), text: () => writes.join(''), writes };
}

/** Returns what a terminal with one line of unlimited width shows after each write. */
function shownAfterEach(writes: readonly string[]): string[] {
  let line = '';
  let at = 0;
  return writes.map((write) => {
    for (const [piece] of write.matchAll(/\u001b\[[?\d]*[A-Za-z]|[^]/g)) {
      if (piece === '\r' || piece === '\u001b[1G') at = 0;
      else if (piece === '\n') [line, at] = ['', 0];
      else if (/^\u001b\[0?[JK]$/.test(piece)) line = line.slice(0, at);
      else if (!piece.startsWith('\u001b')) {
        line = line.slice(0, at) + piece + line.slice(at + 1);
        at += 1;
      }
    }
    return line;
  });
}

const settings = { quiet: false, color: false, reportEveryMs: 20 };

describe('progress', () => {
  it('is plain lines if stderr is not a terminal', async () => {
    const { stream, text } = screen();
    const report = await chooseReport(settings, stream, {});
    report.phase('looking at table people');
    report.begin(() => progress());
    await delay(100);
    report.say('a choice');
    report.end();
    const after = text();
    expect(after).toMatch(/^looking at table people\n(50%, 500 kB, .*\n)+a choice\n$/);
    await delay(60);
    expect(text()).toBe(after);
  });

  it('is plain lines on a dumb terminal', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 80 });
    const report = await chooseReport(settings, stream, { TERM: 'dumb' });
    report.say('a choice');
    report.end();
    expect(text()).toBe('a choice\n');
  });

  it('is one line on a terminal, which disappears and leaves the messages', async () => {
    const { stream, text, writes } = screen({ isTTY: true, columns: 40 });
    const report = await chooseReport(settings, stream, {});
    report.phase('looking at table people');
    report.say('a first choice');
    report.begin(() => progress());
    await delay(250);
    report.say('a choice');
    report.end();
    report.end();
    report.say('a last word');
    expect(text()).toContain('looking at table people');
    expect(text()).toContain(' 50%  0 rec/s');
    // The progress line has no line end, only the messages do.
    expect(text().match(/.*\n/g)).toHaveLength(3);
    for (const said of ['a first choice\n', 'a choice\n', 'a last word\n']) expect(text()).toContain(said);
    expect(shownAfterEach(writes).at(-1)).toBe('');
    // The cursor is visible again, and lines wrap again.
    expect(text().lastIndexOf('\u001b[?25h')).toBeGreaterThan(text().lastIndexOf('\u001b[?25l'));
    expect(text().lastIndexOf('\u001b[?7h')).toBeGreaterThan(text().lastIndexOf('\u001b[?7l'));
  });

  it('does not flicker: each frame is one write with the whole line', async () => {
    const { stream, writes } = screen({ isTTY: true, columns: 60 });
    const report = await chooseReport(settings, stream, {});
    let done = 0;
    report.begin(() => progress({ done: (done += 0.01) }));
    await delay(450);
    report.say('a choice');
    const frames = shownAfterEach(writes);
    report.end();
    expect(frames.length).toBeGreaterThan(3);
    for (const frame of frames) expect(frame).toMatch(/^\[=* *\] +\d+% {2}0 rec\/s/);
    // The frames differ, so none took more than one write.
    expect(new Set(frames).size).toBe(frames.length);
  });

  it('skips frames while the terminal accepts no output, but still cleans up', async () => {
    const { stream, writes } = screen({ isTTY: true, columns: 60 });
    const report = await chooseReport(settings, stream, {});
    report.begin(() => progress());
    Object.defineProperty(stream, 'writableNeedDrain', { value: true });
    const before = writes.length;
    await delay(350);
    const skipped = writes.slice(before).join('');
    report.end();
    expect(skipped).toBe('');
    expect(writes.at(-1)).toContain('\u001b[?25h');
  });

  it('releases the output if reading the progress fails', async () => {
    const { stream, text } = screen({ isTTY: true, columns: 60 });
    const report = await chooseReport(settings, stream, {});
    const look = (): never => {
      throw new Error('a bug');
    };
    expect(() => {
      report.begin(look);
      stream.emit('resize');
    }).toThrow('a bug');
    report.end();
    stream.write('the error message\n');
    expect(text()).toContain('the error message\n');
  });

  it('does not keep the process alive', async () => {
    const { stream } = screen({ isTTY: true, columns: 60 });
    const report = await chooseReport(settings, stream, {});
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    report.begin(() => progress());
    const atFirst = timers();
    stream.emit('resize');
    const later = timers();
    report.end();
    expect([atFirst, later]).toEqual([before, before]);
  });

  it('adapts to the window width immediately, and assumes 80 columns if it is unknown', async () => {
    const { stream, writes } = screen({ isTTY: true, columns: 0 });
    const report = await chooseReport(settings, stream, {});
    report.begin(() => progress());
    Object.assign(stream, { columns: 20 });
    stream.emit('resize');
    const frames = shownAfterEach(writes);
    report.end();
    expect(frames.map((frame) => frame.length)).toEqual([79, ' 50%  0 rec/s'.length]);
    expect(stream.listenerCount('resize')).toBe(0);
  });

  it('cuts a phase that is too long for the line', async () => {
    const { stream, writes } = screen({ isTTY: true, columns: 20 });
    const report = await chooseReport(settings, stream, {});
    report.phase(`looking at table ${'x'.repeat(200)}`);
    const [frame = ''] = shownAfterEach(writes);
    report.end();
    expect(frame).toMatch(/^. looking at table$/);
  });

  it('shows the cursor before an unexpected error is printed', async () => {
    const { stream, writes } = screen({ isTTY: true, columns: 60 });
    const listeners = process.listenerCount('uncaughtExceptionMonitor');
    const report = await chooseReport(settings, stream, {});
    report.begin(() => progress());
    (process as NodeJS.EventEmitter).emit('uncaughtExceptionMonitor', new Error('oops'));
    expect(shownAfterEach(writes).at(-1)).toBe('');
    expect(writes.at(-1)).toContain('\u001b[?25h');
    expect(process.listenerCount('uncaughtExceptionMonitor')).toBe(listeners);
    report.end();
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

describe('an output stream', () => {
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
  ])('with %s on stdout reports %s', async (code, reported) => {
    const stdout = broken(code);
    const lost = guardStreams(stdout, broken('EPIPE'));
    await writeOut(stdout, 'a result');
    await writeOut(stdout, 'another result');
    await delay(1);
    expect(lost()?.message).toBe(reported);
  });

  it('reports no error of stderr', async () => {
    const stderr = broken('ENOSPC');
    const lost = guardStreams(screen().stream, stderr);
    await writeOut(stderr, 'words');
    expect(lost()).toBeUndefined();
  });
});

describe('the summary file', () => {
  it('replaces an older file, and only its owner can read it', async () => {
    const dir = tempDir();
    const path = join(dir, 'summary.json');
    await writeSummary(path, summary({ read: 1 }));
    await writeSummary(path, summary());
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(summary());
    expect(readdirSync(dir)).toEqual(['summary.json']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is OUTPUT_UNWRITABLE if its folder does not exist', async () => {
    const path = join(tempDir(), 'missing', 'summary.json');
    await expect(writeSummary(path, summary())).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
