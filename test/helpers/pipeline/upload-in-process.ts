import type { Buffer } from 'node:buffer';
import { PassThrough, Readable } from 'node:stream';
import { vi } from 'vitest';
import { upload } from '../../../src/cli/commands/upload.ts';
import type { Io } from '../../../src/cli/io.ts';
import type { UploadTimeouts } from '../../../src/pipeline/upload/timeouts.ts';
import { makeRawOptions, type Texts } from '../../unit/options/given.ts';
import { type Caller, ministackEnv } from '../emulators/caller.ts';

export interface InProcessResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `csv2ddb upload` in this process, so that its timeouts can be short. */
export async function uploadInProcess(
  caller: Caller,
  file: string,
  times: UploadTimeouts,
  options: Texts,
): Promise<InProcessResult> {
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
    const status = await upload([file], makeRawOptions(options), io, times);
    return { status, stdout: textOf(stdout), stderr: textOf(stderr) };
  } finally {
    vi.unstubAllEnvs();
  }
}

function textOf(stream: PassThrough): string {
  return ((stream.read() as Buffer | null) ?? '').toString();
}
