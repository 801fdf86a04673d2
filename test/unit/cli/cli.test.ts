import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/cli.ts';
import { commands } from '../../../src/options/commands.ts';
import { allOptions } from '../../../src/options/table.ts';
import { defaultOf } from '../../../src/options/option.ts';
import { tempDir } from '../../helpers/temp.ts';

/** Runs the program in this process, for calls that open no file or connection. */
async function run(argv: string[], env: NodeJS.ProcessEnv = {}, columns?: number) {
  const texts = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof texts) =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const stdout = Object.assign(keep('stdout'), columns === undefined ? {} : { columns });
  const io = { stdin: process.stdin, stdout, stderr: keep('stderr'), env, exit: () => undefined };
  const status = await main(argv, io);
  return { status, ...texts };
}

describe('--help and --version', () => {
  it('print the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('show every option with its default and variable, grouped by stage', async () => {
    const direct = await run(['direct', '--help']);
    let all = '';
    for (const command of Object.keys(commands)) {
      const { status, stdout } = await run([command, '--help']);
      expect(status).toBe(0);
      all += stdout;
    }
    // White space is normalised because the text wraps.
    const text = all.replace(/\s+/g, ' ');
    for (const [, option] of allOptions()) {
      expect(text).toContain(`--${option.name} `);
      expect(text).toContain(`env: ${option.env})`);
      expect(text).toContain(defaultOf(option) ?? '');
    }
    expect(direct.stdout).toMatch(/^Reading the CSV:$/m);
    expect(direct.stdout).toMatch(/^Writing to DynamoDB:$/m);
    expect(text).toContain("(default: ',', env: CSV2DDB_DELIMITER)");
    expect(text).toContain('(1 to 64; default: 2, env: CSV2DDB_TASKS)');
    expect(text).toContain('(reject, pad, truncate; default: reject, env: CSV2DDB_RAGGED)');
  });

  it.each([
    [undefined, 80],
    [60, 60],
    [120, 120],
  ])('fit a terminal of %o columns', async (columns, width) => {
    for (const argv of [['--help'], ['direct', '--help'], ['local', '--help']]) {
      const { stdout } = await run(argv, {}, columns);
      const [options = ''] = stdout.split(/^Examples?:$/m);
      const longest = Math.max(...options.split('\n').map((line) => line.length));
      expect(longest).toBeLessThanOrEqual(width);
      expect(longest).toBeGreaterThan(width - 20);
    }
  });

  it('end with examples', async () => {
    expect((await run(['--help'])).stdout).toMatch(
      /\nExample:\n {2}# .*\n {2}csv2ddb direct people.csv --table people --local\n/,
    );
    const { stdout } = await run(['direct', '--help']);
    expect(stdout.slice(stdout.indexOf('Examples:')).match(/^ {2}# /gm)).toHaveLength(6);
  });

  it('load no AWS code, yaml, iconv-lite, undici, dynalite, ora or cli-progress', () => {
    expect(importsOf(join('bin', 'csv2ddb.ts')).packages).toEqual([]);
    expect(importsOf(join('src', 'cli', 'program.ts')).packages).toEqual(['commander']);
  });
});

describe('a load of a local file into an existing table', () => {
  it('imports no package but p-limit, and no module of Node for HTTP, TLS or compression, until it needs one', () => {
    const { packages, builtins } = importsOf(join('src', 'cli', 'commands', 'direct.ts'));
    expect(packages).toEqual(['p-limit']);
    const late = ['node:http', 'node:https', 'node:http2', 'node:tls', 'node:zlib', 'node:child_process'];
    expect(builtins.filter((name) => late.includes(name))).toEqual([]);
    expect(builtins).toContain('node:net');
  });
});

/** Returns the packages and the modules of Node that a file imports, itself or through our other files. */
function importsOf(entry: string): { packages: string[]; builtins: string[] } {
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const code = readFileSync(file, 'utf8');
    for (const [, kind, name = ''] of code.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)';/gm)) {
      if (kind !== undefined) continue;
      if (name.startsWith('.')) visit(join(dirname(file), name));
      else names.add(name);
    }
  };
  visit(entry);
  return {
    packages: [...names].filter((name) => !name.startsWith('node:')),
    builtins: [...names].filter((name) => name.startsWith('node:')),
  };
}

describe('wrong usage', () => {
  it.each<[title: string, argv: string[], env: NodeJS.ProcessEnv, words: RegExp]>([
    [
      'a misspelled option',
      ['direct', '--tabel', 'x'],
      {},
      /^error USAGE: unknown option '--tabel'\n {2}hint: Did you mean --table\?\n$/,
    ],
    ['a misspelled command', ['dirct'], {}, /unknown command 'dirct'\n {2}hint: Did you mean direct\?/],
    [
      'an unknown option with a secret value',
      ['direct', '--endpoint=http://u:secret@h'],
      {},
      /^error USAGE: unknown option '--endpoint'\n {2}hint: Did you mean --endpoint-url\?\n$/,
    ],
    [
      'an unknown option',
      ['direct', '--whatever'],
      {},
      /^error USAGE: unknown option '--whatever'\n {2}hint: Run csv2ddb --help to list the commands, or csv2ddb direct --help/,
    ],
    [
      'an option before its command',
      ['--table', 'people', 'direct', 'a.csv'],
      {},
      /unknown option '--table'\n {2}hint: Put it after a command, like csv2ddb direct --table.\n$/,
    ],
    ['a source without a command', ['people.csv'], {}, /unknown command 'people.csv'\n {2}hint: .*csv2ddb direct FILE/],
    [
      'a misspelled choice',
      ['direct', 'a.csv', '--table', 'people', '--ragged', 'rejct'],
      {},
      /--ragged must be one of reject, pad, truncate, not 'rejct' \(did you mean 'reject'\?\)/,
    ],
    [
      'a misspelled shell',
      ['completion', 'bsh'],
      {},
      /unknown shell 'bsh' \(did you mean 'bash'\?\)\n {2}hint: Use one of bash, zsh, fish.\n$/,
    ],
    ['an option without its value', ['direct', 'a.csv', '--table'], {}, /'--table <name>' argument missing/],
    ['too many operands', ['local', 'a', 'b'], {}, /too many arguments/],
    ['a wrong value', ['direct', 'a.csv', '--table', 'x!'], {}, /--table must be a table name/],
    ['no table', ['direct', 'a.csv'], {}, /--table is required/],
    ['no command', [], {}, /^Usage: csv2ddb/],
  ])('%s exits with 64 and a message', async (_, argv, env, words) => {
    const { status, stdout, stderr } = await run(argv, env);
    expect(status).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

it('csv2ddb completion prints a script even if the config file is missing', async () => {
  const { status, stdout, stderr } = await run(['completion', 'bash'], { CSV2DDB_CONFIG: 'missing.yaml' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^# bash completions for csv2ddb.*\ncomplete -F _csv2ddb csv2ddb\n$/s);
});

describe('a config file', () => {
  const dir = tempDir();
  const file = join(dir, 'people.yaml');
  writeFileSync(file, 'table: people\ndelimeter: ;\nconcurrency: 0\n');

  it.each([
    ['direct', ['direct', 'a.csv', '--config', file]],
    ['local', ['local', dir, '--config', file]],
  ])('with errors makes csv2ddb %s exit with 64 and list every problem', async (_, argv) => {
    const { status, stderr } = await run([...argv, '--region', '']);
    expect(status).toBe(64);
    expect(stderr.replaceAll(join(dir, '/'), '').split('\n').slice(0, 4)).toEqual([
      'error USAGE: 3 problems',
      "  people.yaml, line 2: unknown option 'delimeter' (did you mean 'delimiter'?)",
      "  people.yaml, line 3: concurrency must be auto or a whole number from 1 to 1024, not '0'",
      '  --region must not be empty',
    ]);
  });

  it('that does not exist makes csv2ddb exit with 64', async () => {
    const { status, stderr } = await run(['direct', 'a.csv', '--table', 'people'], {
      CSV2DDB_CONFIG: join(dir, 'none'),
    });
    expect(status).toBe(64);
    expect(stderr).toContain('none: cannot read the config file: it does not exist');
  });
});
