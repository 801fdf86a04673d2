// node bench/install-peers.mjs: what csv2ddb is compared with, into the cache folder. What cannot be had is named with the
// reason, and the rest continues.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { findContenders } from './contenders/list.mjs';
import { peersFolder } from './contenders/find-program.mjs';
import { cachePath } from './places.mjs';
import { say } from './report/say.mjs';

const environment = cachePath('peers/venv');
const python = `${environment}/bin/python`;

mkdirSync(peersFolder, { recursive: true });
if (existsSync(python) || succeeds('python3', ['-m', 'venv', environment])) {
  for (const name of ['boto3', 'awswrangler']) succeeds(python, ['-m', 'pip', 'install', '--quiet', name]);
}

// Neither can be had from a package registry: ddbimport's module lacks a package that only its release makes, and dynein is
// no crate. Their authors publish programs.
/** @type {Record<string, string>} */
const releases = {
  ddbimport: 'https://github.com/a-h/ddbimport/releases',
  dynein: 'https://github.com/awslabs/dynein/releases',
};
say('');
for (const { contender, version, missing } of findContenders(['sdk', 'boto3', 'awswrangler', 'ddbimport', 'dynein'])) {
  const from = releases[contender.name];
  const hint = from === undefined ? '' : `; put the program from ${from} on PATH or into ${peersFolder}`;
  say(`${contender.name.padEnd(12)} ${version ?? `${missing ?? ''}${hint}`}`);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function succeeds(command, args) {
  say(`${command} ${args.join(' ')}`);
  const { status, error, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  if (status === 0) return true;
  say(`  failed: ${error?.message ?? stderr.trim().split('\n').slice(-3).join(' ')}`);
  return false;
}
