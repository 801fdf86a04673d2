import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, start, summaryOf, tempDir } from '../../../helpers/run/run.ts';

function script(text: string) {
  const cwd = tempDir();
  const path = join(cwd, 'script.mjs');
  writeFileSync(path, text);
  return { cwd, script: path };
}

const forever = `process.stderr.write('ready\\n'); setInterval(() => {}, 1000);`;

describe('run', () => {
  it('passes arguments, standard input and a clean environment, and returns status and summary', async () => {
    const options = script(`
      let input = '';
      for await (const chunk of process.stdin) input += chunk;
      console.log('words');
      console.log(JSON.stringify({ args: process.argv.slice(2), input, env: process.env }));
      process.exitCode = 3;`);
    process.env['AWS_PROFILE'] = 'mine';
    const result = await run(['direct', '--json'], {
      ...options,
      stdin: 'a,b\n',
      env: { EXTRA: '1', AWS_REGION: undefined },
    });
    delete process.env['AWS_PROFILE'];
    expect(result).toMatchObject({ status: 3, signal: null, stderr: '' });
    const seen: unknown = summaryOf(result);
    expect(seen).toMatchObject({ args: ['direct', '--json'], input: 'a,b\n' });
    expect(seen).toMatchObject({ env: { EXTRA: '1', AWS_EC2_METADATA_DISABLED: 'true' } });
    expect(seen).not.toHaveProperty('env.AWS_PROFILE');
    expect(seen).not.toHaveProperty('env.AWS_REGION');
  });

  // Windows has no signals: it kills a process that receives one.
  it.skipIf(process.platform === 'win32')('sends a signal after a time or when stderr matches', async () => {
    const options = script(`process.on('SIGTERM', () => process.exit(4)); ${forever}`);
    const signalAfter = { signal: 'SIGTERM', stderr: /ready/ } as const;
    expect(await run([], { ...options, signalAfter })).toMatchObject({ status: 4, stderr: 'ready\n' });
    const later = { signal: 'SIGKILL', ms: 200 } as const;
    expect(await run([], { ...options, signalAfter: later })).toMatchObject({ status: null, signal: 'SIGKILL' });
  });

  it('kills a process that exceeds the timeout, and rejects', async () => {
    await expect(run([], { ...script(forever), timeoutMs: 500 })).rejects.toThrow('still running after 500 ms');
  });

  it('returns the process, so that a test can kill it', async () => {
    const running = start([], script(forever));
    const { child, ended } = running;
    if (child.stderr !== null) await once(child.stderr, 'data');
    expect(running.stderr()).toBe('ready\n');
    child.kill('SIGKILL');
    expect((await ended).status).not.toBe(0);
  });
});
