import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../../src/load/settle/make-folder.ts';
import { tempDir } from '../../../helpers/temp.ts';

describe('makeFolder', () => {
  it('makes what is missing, for the owner alone, and leaves what is there', () => {
    const path = join(tempDir(), 'a', 'b');
    makeFolder(path);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('a file of that name is no folder', () => {
    const path = join(tempDir(), 'a');
    writeFileSync(path, '');
    expect(() => {
      makeFolder(path);
    }).toThrow('is a file');
  });

  it.skipIf(!existsSync('/proc/self'))(
    'comes back where no folder can be made (skipped where there is no /proc)',
    () => {
      expect(() => {
        makeFolder('/proc/no-such-folder/data');
      }).toThrow('ENOENT');
    },
  );
});
