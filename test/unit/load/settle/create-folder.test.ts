import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolder } from '../../../../src/load/settle/create-folder.ts';
import { tempDir } from '../../../helpers/temp.ts';

describe('createFolder', () => {
  it('creates missing folders for the owner only, and keeps existing ones', () => {
    const path = join(tempDir(), 'a', 'b');
    createFolder(path);
    createFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('fails if the path is a file', () => {
    const path = join(tempDir(), 'a');
    writeFileSync(path, '');
    expect(() => {
      createFolder(path);
    }).toThrow('is a file');
  });

  it.skipIf(!existsSync('/proc/self'))('fails on a file system without folders (skipped without /proc)', () => {
    expect(() => {
      createFolder('/proc/no-such-folder/data');
    }).toThrow('ENOENT');
  });
});
