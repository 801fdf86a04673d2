import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PythonDialect } from './fixtures/fixture.ts';

const program = fileURLToPath(new URL('read_csv.py', import.meta.url));

/** A record as Python read it. */
export interface PythonRecord {
  /** Physical line on which it starts. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** A file, and how Python is to read it. */
export interface PythonJob extends PythonDialect {
  readonly path: string;
}

/** Why Python does not read; undefined where it does. Before 3.11 its csv module takes no NUL. */
export function whyNoPython(): string | undefined {
  try {
    const version = execFileSync('python3', ['-c', 'import sys; print(*sys.version_info[:2])'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [major = 0, minor = 0] = version.split(' ').map(Number);
    return major > 3 || minor >= 11 ? undefined : `python3 is ${major}.${minor}, 3.11 or later is needed`;
  } catch {
    return 'there is no python3';
  }
}

/** The records of each file as Python's csv module reads them, all in one process. */
export function readWithPython(jobs: readonly PythonJob[]): PythonRecord[][] {
  const output = execFileSync('python3', [program], { input: JSON.stringify(jobs), maxBuffer: 2 ** 28 });
  return JSON.parse(output.toString()) as PythonRecord[][];
}
