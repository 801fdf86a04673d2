/** Codes of a reader that has gone (`| head`, a closed terminal). That is its right, and changes nothing for the load. */
const readerGone: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EOF']);

/**
 * Keeps what happens to stdout and stderr from ending the process.
 * @returns what was lost on stdout for another reason than that its reader has gone, like a full disk behind `>`.
 */
export function guardStreams(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): () => Error | undefined {
  let lost: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!readerGone.has(error.code ?? '')) lost ??= error;
  });
  // There is nowhere left to say that stderr is lost.
  stderr.on('error', () => undefined);
  return () => lost;
}

/** Writes each line with its line end, and waits as `writeOut` does. */
export async function writeLines(stream: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await writeOut(stream, lines.map((line) => `${line}\n`).join(''));
}

/** Writes, and waits until it is out or lost: what follows may end the process or read what was lost. */
export function writeOut(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writable) resolve();
    else
      stream.write(text, () => {
        resolve();
      });
  });
}
