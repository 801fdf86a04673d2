import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeWaitMs, InFlightFile } from '../../../../src/load/settle/in-flight-file.ts';
import { tempDir } from '../../../helpers/temp.ts';

describe('the wait after a kill', () => {
  const killedMs = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['the requests may have been sent just now', 0, 11_000],
    ['the requests are four seconds old', 4_000, 7_000],
    ['the requests timed out just now', 11_000, 0],
    ['the requests are a day old', 86_400_000, 0],
    ['the clock of the file system was set back by a day', -86_400_000, 11_000],
  ])('if %s', (_, ageMs, waitMs) => {
    expect(computeWaitMs(killedMs, killedMs + ageMs)).toBe(waitMs);
  });
});

describe('an in-flight file', () => {
  /** Creates a file as a killed process leaves it, last modified at this time. */
  function leaveFile(modifiedMs: number): string {
    const path = join(tempDir(), 'a.in-flight');
    writeFileSync(path, '');
    utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
    return path;
  }

  it('is created, modified and removed by a process that sends requests', async () => {
    const path = join(tempDir(), 'a.in-flight');
    const file = new InFlightFile(path, { createdMs: Date.now() });
    expect(file.waitMs).toBe(0);
    expect(existsSync(path)).toBe(false);
    file.touch();
    utimesSync(path, 1, 1);
    file.touch();
    expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(5_000);
    expect(statSync(path).mode & 0o077).toBe(0);
    await file.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('makes the next process wait by the clock of the file system, not by that of the machine', () => {
    const path = leaveFile(Date.parse('2020-01-01T00:00:00Z'));
    const file = new InFlightFile(path, { createdMs: Date.parse('2020-01-01T00:00:05Z') });
    expect(file.waitMs).toBeGreaterThan(5_000);
    expect(file.waitMs).toBeLessThanOrEqual(6_000);
  });

  it('stays unchanged if the process ends while it waits', async () => {
    const path = leaveFile(1_000_000);
    await new InFlightFile(path, { createdMs: 1_000_000 }).remove();
    expect(statSync(path).mtimeMs).toBe(1_000_000);
  });

  it('is removed by the next process after the wait', async () => {
    const path = leaveFile(1_000_000);
    await new InFlightFile(path, { createdMs: 1_011_000 }).remove();
    expect(existsSync(path)).toBe(false);
  });

  it('that is a link is not followed', () => {
    const other = join(tempDir(), 'other');
    writeFileSync(other, 'kept');
    const path = join(tempDir(), 'a.in-flight');
    symlinkSync(other, path);
    const file = new InFlightFile(path, { createdMs: Date.now() });
    expect(() => {
      file.touch();
    }).toThrow(expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }) as Error);
    expect(readFileSync(other, 'utf8')).toBe('kept');
  });

  it('that cannot be written fails with OUTPUT_UNWRITABLE and the path', () => {
    const path = join(tempDir(), 'a.in-flight');
    mkdirSync(path);
    const file = new InFlightFile(path, { createdMs: Date.now() });
    expect(() => {
      file.touch();
    }).toThrow(
      expect.objectContaining({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining(path) as string }),
    );
  });
});
