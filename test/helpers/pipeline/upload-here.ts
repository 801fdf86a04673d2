import type { Buffer } from 'node:buffer';
import { PassThrough, Readable } from 'node:stream';
import { vi } from 'vitest';
import { upload } from '../../../src/cli/commands/upload.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { Times } from '../../../src/pipeline/upload/timeouts.ts';
import { given, type Texts } from '../../unit/options/given.ts';
import { type Caller, ministackEnv } from '../run/csv2ddb.ts';

export interface UploadedHere {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `csv2ddb upload` in this process, so that its timeouts can be short. */
export async function uploadHere(caller: Caller, file: string, times: Times, options: Texts): Promise<UploadedHere> {
  for (const [name, value] of Object.entries(ministackEnv(caller))) vi.stubEnv(name, value);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: process.env,
    exit: (status) => {
      throw new Error(`exit ${status}`);
    },
  };
  try {
    const status = await upload([file], given(options), io, times);
    return { status, stdout: textOf(stdout), stderr: textOf(stderr) };
  } finally {
    vi.unstubAllEnvs();
  }
}

function textOf(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? '').toString();
}
