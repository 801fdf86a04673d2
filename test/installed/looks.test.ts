import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startFaultProxy, type FaultPlan, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { checkTmux, openTerminal, type Terminal } from '../helpers/run/terminal.ts';
import { tempDir } from '../helpers/temp.ts';

/** Enough that no load ends while a test watches it. */
const recordsPerFile = 900;
/** Milliseconds to watch the screen; a frame is drawn every 100 ms. */
const watchMs = 500;

/** Whether a line is the live line, at any width: messages contain none of these words. */
const isLive = (line: string): boolean => /rec\/s|\d (wu\/s|retries|rejects)|\d s left/.test(line);

const tmux = await checkTmux();

describe.skipIf(tmux !== undefined)('on a terminal', () => {
  const emulator = withDynalite();
  let closers: (() => Promise<void>)[] = [];
  /** Milliseconds per request: a test slows the load down to watch it, then speeds it up. */
  let requestMs = 0;

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
    closers = [];
  });

  /** Opens a terminal in a folder with sources, and a table behind a slow proxy. */
  async function openSession(columns: number, plan: FaultPlan = {}, sources = ['one.csv']) {
    requestMs = 150;
    const cwd = tempDir();
    for (const name of sources) {
      const lines = Array.from({ length: recordsPerFile }, (_, index) => `${name}-${index},${index}`);
      writeFileSync(join(cwd, name), ['id,number', ...lines, ''].join('\n'));
    }
    const proxy = await startFaultProxy(emulator.endpoint, { onRequest: () => sleep(requestMs), ...plan });
    closers.push(() => proxy.stop());
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const terminal = await openTerminal(columns, cwd);
    closers.push(() => terminal.close());
    const options = `--table ${table} --endpoint-url ${proxy.endpoint} --concurrency 2`;
    return { terminal, proxy, table, cwd, options };
  }

  /** Makes a proxy plan whose requests wait until the gate opens. */
  function createGate(): { open: () => void; plan: FaultPlan } {
    let open = (): void => undefined;
    const opening = new Promise<void>((resolve) => (open = resolve));
    return { open, plan: { onRequest: () => opening } };
  }

  /** Whether the last line is the only live line and is narrower than the window. */
  function isClean(lines: readonly string[], columns: number): boolean {
    const last = lines.at(-1) ?? '';
    return isLive(last) && lines.filter(isLive).length === 1 && last.length < columns;
  }

  /** Checks repeatedly that the screen is clean. @returns the live lines seen */
  async function watch(terminal: Terminal, columns: number): Promise<string[]> {
    const seen: string[] = [];
    const endMs = performance.now() + watchMs;
    while (performance.now() < endMs) {
      const lines = await terminal.screen();
      expect(isClean(lines, columns), lines.join('\n')).toBe(true);
      seen.push(lines.at(-1) ?? '');
    }
    return seen;
  }

  /** Waits for a live line that matches. */
  async function untilLive(terminal: Terminal, shape: RegExp): Promise<void> {
    await terminal.until(`live line like ${String(shape)}`, (lines) => {
      const last = lines.at(-1) ?? '';
      return isLive(last) && shape.test(last);
    });
  }

  /** Waits until requests are in flight, so that csv2ddb has to wait for them after Ctrl-C. */
  async function untilInFlight(terminal: Terminal, { counts }: FaultProxy): Promise<void> {
    await terminal.until('live line, and requests', (lines) => isLive(lines.at(-1) ?? '') && counts.requests > 0);
  }

  /** Lets the load end, and asserts that the bar is gone and the cursor is visible. @returns the screen text */
  async function finish(terminal: Terminal, status: number): Promise<string> {
    requestMs = 0;
    const { status: actual, lines } = await terminal.ended();
    const text = lines.join('\n');
    expect(actual, text).toBe(status);
    expect(lines.filter(isLive), text).toEqual([]);
    expect(await terminal.isCursorVisible()).toBe(true);
    return text;
  }

  it.each([
    [80, /^\[=* *\] +\d+% {2}[\d,]+ rec\/s /],
    [40, /\d+% {2}[\d,]+ rec\/s/],
    [20, /\d+% {2}[\d,]+ rec\/s/],
    [200, /^\[=* *\] +\d+% {2}one\.csv {2}[\d,]+ rec\/s /],
  ])('of %i columns the live line changes in place and disappears at the end', async (columns, shape) => {
    const { terminal, options } = await openSession(columns);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await untilLive(terminal, shape);
    const seen = await watch(terminal, columns);
    expect(new Set(seen).size).toBeGreaterThan(1);
    for (const line of seen) expect(line).toMatch(shape);
    expect(await terminal.isCursorVisible()).toBe(false);
    const text = await finish(terminal, 0);
    // The terminal may wrap the words anywhere.
    expect(text.replace(/\s/g, '')).toMatch(/^Loadedone\.csvintotable.*read900records,/);
  });

  it('the live line names the current one of three sources, and wide characters do not wrap it', async () => {
    const names = ['one.csv', '従業員名簿🚀データ.csv', 'three.csv'];
    const { terminal, options } = await openSession(140, {}, names);
    await terminal.run(`csv2ddb direct ${names.join(' ')} ${options}`);
    await untilLive(terminal, / 1\/3 one\.csv /);
    requestMs = 40;
    await untilLive(terminal, / 2\/3 従業員名簿🚀データ\.csv /);
    requestMs = 150;
    await watch(terminal, 140);
    expect(await finish(terminal, 0)).toMatch(/^Loaded 3 sources into table /);
  });

  it('a source of unknown size shows counts instead of a percentage', async () => {
    const { terminal, options } = await openSession(80);
    await terminal.run(`cat one.csv | csv2ddb direct - ${options}`);
    await untilLive(terminal, /^[\d.]+ k?B {2}[\d,]+ records {2}stdin {2}[\d,]+ rec\/s/);
    for (const line of await watch(terminal, 80)) expect(line).not.toContain('%');
    expect(await finish(terminal, 0)).toMatch(/^Loaded stdin into table /);
  });

  it.each([
    ['in yellow', '', true],
    ['without color if NO_COLOR is set', 'NO_COLOR=1 ', false],
  ])('the live line shows how long the table has been throttled, %s', async (_, variables, isColored) => {
    const { terminal, proxy, options } = await openSession(100, { faults: { throttling: 1 } });
    await terminal.run(`${variables}csv2ddb direct one.csv ${options}`);
    await untilLive(terminal, / throttled for [1-9] s/);
    for (const line of await watch(terminal, 100)) expect(line).toContain(' throttled for ');
    expect((await terminal.coloredScreen()).includes('\u001b[33m')).toBe(isColored);
    proxy.stopFaults();
    await finish(terminal, 0);
  });

  it('Ctrl-C is confirmed immediately, and the result shows the command that resumes', async () => {
    const { open, plan } = createGate();
    const { terminal, proxy, options } = await openSession(80, plan);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await untilInFlight(terminal, proxy);
    await terminal.press('C-c');
    await untilLive(terminal, / stopping /);
    for (const line of await watch(terminal, 80)) expect(line).toContain(' stopping ');
    const stoppingMessage = 'stopping: waiting for the requests in flight (press Ctrl-C again to exit now)';
    expect((await terminal.screen()).slice(0, -1)).toEqual([stoppingMessage]);
    open();
    const text = await finish(terminal, 4);
    expect(text).toMatch(/^stopping: [^\n]*\nInterrupted while loading one\.csv into table /);
    expect(text.replaceAll('\n', '')).toMatch(/Resume: {2}csv2ddb direct one\.csv .* --resume/);
  });

  it('a second Ctrl-C exits immediately and leaves the terminal usable', async () => {
    const { terminal, proxy, options } = await openSession(80, createGate().plan);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await untilInFlight(terminal, proxy);
    await terminal.press('C-c');
    await untilLive(terminal, / stopping /);
    // A second Ctrl-C too soon after the first is ignored.
    const pressing = setInterval(() => void terminal.press('C-c'), 250);
    await terminal.ended().finally(() => {
      clearInterval(pressing);
    });
    await finish(terminal, 4);
    await terminal.run('stty -a');
    const { lines } = await terminal.ended();
    expect(lines.join(' ')).toMatch(/(^| )icanon .*(^| )echo /);
  });

  it('Ctrl-Z restores the cursor, and fg restores the live line', async () => {
    const { terminal, options } = await openSession(80);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await untilLive(terminal, /^\[/);
    await terminal.press('C-z');
    const lines = await terminal.until('prompt', (now) => now.at(-1) === '$');
    expect(lines.filter(isLive)).toEqual([]);
    expect(await terminal.isCursorVisible()).toBe(true);
    await terminal.press('fg', 'Enter');
    await untilLive(terminal, /^\[/);
    expect(await terminal.isCursorVisible()).toBe(false);
    requestMs = 0;
    const ended = await terminal.until('result', (now) => now.at(-1) === '$');
    expect(ended.filter(isLive)).toEqual([]);
    expect(ended.join('\n')).toContain('\nLoaded one.csv into table ');
    expect(await terminal.isCursorVisible()).toBe(true);
  });

  it.each([
    ['rewraps its lines', 'true'],
    ['cuts its lines', String.raw`printf '\033[?1049h'`],
  ])('a window that is resized and %s keeps one live line', async (_, prepare) => {
    const { terminal, options } = await openSession(100);
    await terminal.run(`${prepare}; seq 40; csv2ddb direct one.csv ${options}`);
    await untilLive(terminal, /^\[/);
    for (const columns of [40, 30, 120, 60]) {
      await terminal.resize(columns);
      await terminal.until(`live line in ${columns} columns`, (lines) => isClean(lines, columns));
      await watch(terminal, columns);
      expect((await terminal.screen()).at(-2)).toBe('40');
    }
    expect(await finish(terminal, 0)).toMatch(/\n40\nLoaded one\.csv/);
  });

  it('TERM=dumb prints plain lines and does not hide the cursor', async () => {
    const { terminal, options } = await openSession(80);
    await terminal.run(`TERM=dumb csv2ddb direct one.csv ${options} --report-every 200ms`);
    await terminal.until('two lines', (lines) => lines.filter((line) => line.includes(' records/s')).length >= 2);
    expect(await terminal.isCursorVisible()).toBe(true);
    requestMs = 0;
    expect((await terminal.ended()).status).toBe(0);
  });

  it('stderr in a file leaves only the result on the screen, and the file has plain lines', async () => {
    const { terminal, options, cwd } = await openSession(80);
    await terminal.run(`csv2ddb direct one.csv ${options} --concurrency 1 --report-every 10ms 2>err.log`);
    expect(await finish(terminal, 0)).toMatch(/^Loaded one\.csv into table /);
    expect(readFileSync(join(cwd, 'err.log'), 'utf8')).toMatch(/^checking table .*\n(\d+%, .* records\/s, .*\n)+$/);
  });

  it.each([
    ['stdout', '| head -1', /^Loaded one\.csv into table [^\n]*$/],
    ['stdout and stderr', '2>&1 | head -1', /^checking table [^\n]*$/],
  ])('a reader that closes %s early does not affect the load', async (_, pipe, shown) => {
    const { terminal, table, options } = await openSession(80);
    await terminal.run(`csv2ddb direct one.csv ${options} --report-every 200ms ${pipe}`);
    expect(await finish(terminal, 0)).toMatch(shown);
    expect(await scanAll(emulator.client, table)).toHaveLength(recordsPerFile);
  });
});
