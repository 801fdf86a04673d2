import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireLock, type Lock } from '../../../../src/load/settle/lock.ts';
import { tempDir } from '../../../helpers/temp.ts';

/** The content of a lock file: by default, of a process on this host that has ended. */
function holder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const takenAt = new Date().toISOString();
  return { host: hostname(), pid: endedPid, startTicks: '1', takenAt, token: 'token', ...changes };
}

const endedPid = spawnSync(process.execPath, ['--version']).pid;

function lockOf(content: unknown): string {
  const path = join(tempDir(), 'a.lock');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('a lock', () => {
  it('names its holder, and is removed on release', async () => {
    const path = join(tempDir(), 'a.lock');
    const lock = await acquireLock(path, 'CHECKPOINT_LOCKED');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid });
    expect(lock.createdMs).toBe(statSync(path).mtimeMs);
    await lock.release();
    expect(existsSync(path)).toBe(false);
  });

  it('is refused to a second process with the requested code and the name of the holder', async () => {
    const path = join(tempDir(), 'a.lock');
    const lock = await acquireLock(path, 'LOCAL_FOLDER_LOCKED');
    await expect(acquireLock(path, 'LOCAL_FOLDER_LOCKED')).rejects.toMatchObject({
      code: 'LOCAL_FOLDER_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`) as string,
    });
    await lock.release();
    await (await acquireLock(path, 'LOCAL_FOLDER_LOCKED')).release();
  });

  it.each<[title: string, content: Record<string, unknown>]>([
    ['of a process that has ended', holder()],
    [
      'from before the machine started',
      holder({ pid: process.ppid, startTicks: null, takenAt: '2001-01-01T00:00:00Z' }),
    ],
    ...(process.platform === 'linux'
      ? [
          ['of a process whose pid was reused', holder({ pid: process.ppid })] as [string, Record<string, unknown>],
          ['of an earlier process with this pid', holder({ pid: process.pid })] as [string, Record<string, unknown>],
        ]
      : []),
  ])('%s is replaced', async (_, content) => {
    const path = lockOf(content);
    const lock = await acquireLock(path, 'CHECKPOINT_LOCKED');
    await lock.release();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it.each<[title: string, content: unknown, words: RegExp]>([
    ['of a running process', holder({ pid: process.ppid, startTicks: null }), /held by process \d+/],
    ['of a different host', holder({ host: 'elsewhere' }), /on elsewhere/],
    ['with an empty file', '', /another process/],
    ['with JSON that is not a lock', null, /another process/],
    ['with a token that is a path', holder({ token: '../elsewhere' }), /another process/],
  ])('%s is refused', async (_, content, words) => {
    const path = lockOf(content);
    const acquiring = acquireLock(path, 'CHECKPOINT_LOCKED');
    await expect(acquiring).rejects.toMatchObject({
      code: 'CHECKPOINT_LOCKED',
      hint: expect.stringContaining('delete') as string,
    });
    await expect(acquiring).rejects.toThrow(words);
    expect(existsSync(path)).toBe(true);
  });

  it('of a process that has ended is acquired by only one of many processes', async () => {
    for (let round = 0; round < 20; round++) {
      const path = lockOf(holder({ token: `dead-${round}` }));
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path, 'CHECKPOINT_LOCKED')));
      const won = results.filter((result): result is PromiseFulfilledResult<Lock> => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]?.value.release();
      expect(readdirSync(join(path, '..'))).toEqual([]);
    }
  });

  it('is replaced after another process ended while replacing it', async () => {
    const path = lockOf(holder({ token: 'first' }));
    writeFileSync(`${path}.first`, JSON.stringify(holder({ token: 'second' })));
    await (await acquireLock(path, 'CHECKPOINT_LOCKED')).release();
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  it('in a folder that does not exist fails with OUTPUT_UNWRITABLE', async () => {
    const path = join(tempDir(), 'missing', 'a.lock');
    await expect(acquireLock(path, 'CHECKPOINT_LOCKED')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
