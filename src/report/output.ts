/** Error codes of a closed reader (`| head`, a closed terminal). They do not affect the load. */
const closedReader: ReadonlySet<string> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EOF']);

/**
 * Prevents errors of stdout and stderr from ending the process.
 * @returns the first error of stdout other than a closed reader, such as a full disk after `>`.
 */
export function guardStreams(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): () => Error | undefined {
  let lost: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!closedReader.has(error.code ?? '')) lost ??= error;
  });
  // An error of stderr cannot be reported anywhere.
  stderr.on('error', () => undefined);
  return () => lost;
}

/** Writes each line with a line end, and waits like `writeOut`. */
export async function writeLines(stream: NodeJS.WritableStream, lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await writeOut(stream, lines.map((line) => `${line}\n`).join(''));
}

/** Writes and waits until the text is written or lost, because the caller may end the process or check for errors. */
export function writeOut(stream: NodeJS.WritableStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (!stream.writable) resolve();
    else
      stream.write(text, () => {
        resolve();
      });
  });
}
