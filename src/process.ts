import type { Io } from './commands/io.ts';

/** The process as a command sees it: its streams made safe to write to, and no word of the runtime's in between. */
export async function withProcess(run: (io: Io) => Promise<number>): Promise<number> {
  // The SDK's word on the Node version is for developers.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  process.removeAllListeners('warning');
  for (const stream of [process.stdout, process.stderr]) {
    // Whoever reads what we print may have seen enough; the load goes on.
    stream.on('error', () => undefined);
  }
  const { stdin, stdout, stderr, env } = process;
  return run({
    stdin,
    stdout,
    stderr,
    env,
    exit: (status) => {
      process.exit(status);
    },
  });
}
