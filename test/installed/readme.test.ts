import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dummyCredentials } from '../helpers/emulators/client.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { installedFile, installedProgram } from '../helpers/install/installed.ts';
import { startS3Source, type S3Source } from '../helpers/sources/s3-source.ts';
import { startTlsFront, type TlsFront } from '../helpers/proxy/tls-front.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { tempDir } from '../helpers/temp.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const people = 'id,name,age,active,comment\n1,Ann,7,true,x\n2,Bob,8,false,y\n';

/** Pages whose commands are run. */
const pages = ['README.md', ...['files', 'dialects', 'items', 'permissions'].map((name) => `docs/${name}.md`)];
/** Their code blocks, in order. */
const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(
    ([, language = '', text = '']) => ({ language, text }),
  ),
);
const commands = new Set(
  blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n').filter((line) => line !== '')),
);

/** Commands that are not run here, and why. */
const notRun: Readonly<Record<string, string>> = {
  'csv2ddb provision --table zipcodes --partition-key zip_code': 'pipeline-readme.test.ts runs it with all of AWS',
  'csv2ddb upload node_modules/vega-datasets/data/zipcodes.csv --wait': 'pipeline-readme.test.ts runs it',
  'csv2ddb status': 'pipeline-readme.test.ts runs it',
  'npx csv2ddb direct people.csv --table people': 'npx would download it; the same load without npx runs',
  'npm ci && npm run check': 'it runs these tests',
};
/** Steps that ran before these tests. */
const doneBefore = 'npm ci && npm run build && ';

const emulator = withDynalite();
let s3: S3Source;
let web: TlsFront;
beforeAll(async () => {
  await createTable(emulator.client, { name: 'people', partitionKey: ['id', 'S'] });
  await createTable(emulator.client, { name: 'orders', partitionKey: ['id', 'S'] });
  await createTable(emulator.client, { name: 'bookings', partitionKey: ['id', 'S'] });
  await createTable(emulator.client, { name: 'devices', partitionKey: ['uuid', 'S'] });
  const objects = { 'exports/1.csv': people, 'unload/0000': '1|Ann\\|Bee\n' };
  s3 = await startS3Source(
    'my-bucket',
    new Map(Object.entries(objects).map(([key, text]) => [key, Buffer.from(text)])),
  );
  web = await startTlsFront((_, response) => response.end(people));
});
afterAll(async () => {
  await s3.close();
  await web.close();
});

/** Makes a folder with the files that the examples name and the programs that they call. */
function place(): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = tempDir();
  const program = join(cwd, 'bin');
  mkdirSync(program);
  mkdirSync(join(cwd, 'exports'));
  const csv2ddb = `exec "${process.execPath}" "${installedProgram()}"`;
  const scripts = {
    csv2ddb: `${csv2ddb} "$@"`,
    npx: `shift; npm_command=exec ${csv2ddb} "$@"`,
    psql: `cat <<'END'\n${people}END`,
  };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(program, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(program, name), 0o755);
  }
  const files: Readonly<Record<string, string | Buffer>> = {
    'people.csv': people,
    'people-semicolon.csv': people.replaceAll(',', ';'),
    'orders.csv': 'order_id,amount,paid,comment\no1,7.50,true,x\n',
    'exports/a.csv.gz': gzipSync(people),
    'german.csv': iconv.encode('id;name\n1;Jörg\n', 'windows-1252'),
    'dump.tsv': '1\t"Ann\t7\n',
    'statement.csv': `Bank\nAccount,1\n\nBookings\n${people}`,
    'devices.csv': 'Gerät,Modell,Besitzer\n1,x,Ann\n',
    'people.tsv': '1\tAnn\\tBee\n2\t\\N\n',
    'people.txt': '1\tAnn\\\tBee\n2\t\\N\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  for (const { language, text } of blocks) {
    const name = /^# (\S+)\n/.exec(text)?.[1];
    if (language === 'yaml' && name !== undefined) writeFileSync(join(cwd, name), text);
  }
  const modules = join(cwd, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(root, 'node_modules/vega-datasets'), join(modules, 'vega-datasets'));
  symlinkSync(installedFile('.'), join(modules, 'csv2ddb'));
  return {
    cwd,
    env: {
      PATH: `${program}${delimiter}${process.env['PATH'] ?? ''}`,
      HOME: cwd,
      AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: emulator.endpoint,
      AWS_ENDPOINT_URL_S3: s3.endpoint,
      // The server above plays example.com; its certificate has another name.
      HTTPS_PROXY: web.proxyUrl,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    },
  };
}

async function shell(line: string, { cwd, env } = place()) {
  const child = spawn('bash', ['-c', line], { cwd, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  child.stdin.end();
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

describe('README and docs', () => {
  it('contain each command that is not run', () => {
    expect([...commands]).toEqual(expect.arrayContaining(Object.keys(notRun)));
  });

  const toRun = [...commands]
    .filter((command) => !(command in notRun))
    .map((command) => command.replace(doneBefore, ''));
  it.each(toRun)('succeed with %s', async (command) => {
    const { status, output } = await shell(command);
    expect(status, output).toBe(0);
    if (/csv2ddb direct(?!.*--print-policy)/.test(command)) expect(output).toMatch(/^Loaded /m);
  });

  it('show the output of the first load, except for time and rate', async () => {
    const shown =
      blocks.find(({ language, text }) => language === '' && text.includes('into table zipcodes'))?.text ?? '';
    const command = [...commands].find((line) => line.startsWith(doneBefore))?.replace(doneBefore, '') ?? '';
    const { output } = await shell(command);
    // A busy machine prints a progress line, and sends some batches before they are full.
    const timeless = (text: string): string =>
      text
        .trim()
        .replace(/^\d+%, .* left\n/gm, '')
        .replace(/^( {2}time +).*$/m, '$1')
        .replace(/^( {2}requests +1,68)\d$/m, '$1');
    // If the embedded DynamoDB responds too late, csv2ddb retries.
    const isLate = /^ {2}retries /m.test(output);
    const firstTries = (text: string): string =>
      isLate ? text.replace(/^ {2}retries .*\n/m, '').replace(/^ {2}requests .*$/m, '') : text;
    const [got, expected] = [output, shown].map((text) => firstTries(timeless(text)).replace(/ +$/gm, ''));
    expect(got?.replace(/(units) +/, '$1 ')).toBe(expected?.replace(/(units) +/, '$1 '));
  });

  it('show a program that loads', async () => {
    const program = blocks.find(({ language, text }) => language === 'ts' && text.includes("from 'csv2ddb'"))?.text;
    const placed = place();
    writeFileSync(join(placed.cwd, 'readme.mjs'), program ?? '');
    const { status, output } = await shell(`"${process.execPath}" readme.mjs`, placed);
    expect(status, output).toBe(0);
    expect(output).toBe('2 written, 0 rejected\n');
    expect((await scanAll(emulator.client, 'people')).find(({ id }) => id?.S === '1')).toHaveProperty('age.N', '7');
  });
});
