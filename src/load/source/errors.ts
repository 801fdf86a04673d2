import { LoaderError, type LoaderErrorDetails } from '../../errors.ts';
import { pipeHint, type CompressionFormat, type FileFormat } from './compression/file-formats.ts';
import type { SourceIdentity } from './source.ts';

/** Hints for common errors of the operating system, by code. */
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  EACCES: 'Grant read permission to the user that runs csv2ddb.',
  EPERM: 'Grant read permission to the user that runs csv2ddb.',
  ENXIO: 'Pipe the socket into csv2ddb, with `-` as the source.',
};

/** Creates the error for a source that cannot be read, or not from byte `from` on. */
export function createReadError(
  source: string,
  why: string,
  details: LoaderErrorDetails & { readonly from?: number | undefined } = {},
): LoaderError {
  const where = details.from === undefined ? '' : ` from byte ${details.from}`;
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}${where}: ${why}`, {
    ...details,
    place: { source },
  });
}

/** Creates the error for a failure that the operating system or a stream reported. */
export function createUnreadableSourceError(source: string, cause: unknown, from?: number): LoaderError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'ENOENT' ? 'the file does not exist' : cause instanceof Error ? cause.message : String(cause);
  return createReadError(source, why, { from, cause, hint: hints[code] });
}

/** Creates the error for a source that is a folder, not a file. */
export function createFolderError(source: string): LoaderError {
  return createReadError(source, 'it is a folder', {
    hint: `Name the files in it, for example ${source.replace(/[/\\]+$/, '')}/*.csv.`,
  });
}

/** Creates the error for a source that was modified during the load. */
export function createChangedSourceError(source: string, what: string): LoaderError {
  return new LoaderError('SOURCE_CHANGED', `${source} changed while csv2ddb was reading it: ${what}`, {
    place: { source },
    hint: 'Copy the source, then load the copy with --restart.',
  });
}

/** Creates the error for a source that is not the one that the interrupted run read. */
export function createDifferentSourceError(source: string, what: string): LoaderError {
  return new LoaderError('SOURCE_CHANGED', `${source} differs from the source of the earlier run: ${what}`, {
    place: { source },
    hint: 'Load the same source again, or start over with --restart.',
  });
}

const kinds: Readonly<Record<SourceIdentity['kind'], string>> = {
  file: 'a file',
  stdin: 'standard input, a pipe or a URL without an ETag',
  object: 'an S3 object or a URL with an ETag',
};

/** Creates the error for a source of a different kind than the source of the interrupted run. */
export function createDifferentKindError(
  source: string,
  then: SourceIdentity,
  now: SourceIdentity['kind'],
): LoaderError {
  return createDifferentSourceError(source, `it is now ${kinds[now]}, but the earlier source was ${kinds[then.kind]}`);
}

/** Creates the error for a source whose compressed data is invalid. */
export function createDamagedSourceError(source: string, why: string, cause?: unknown): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `${source} is damaged: ${why}`, {
    place: { source },
    cause,
    hint: 'Create or download it again: records before the damage may be wrong too.',
  });
}

/** Creates the error for a source in a format that csv2ddb does not support. */
export function createUnsupportedFormatError(source: string, { description, hint }: FileFormat): LoaderError {
  return new LoaderError('FORMAT_UNSUPPORTED', `cannot read ${source}: it is ${description}`, {
    place: { source },
    hint,
  });
}

/** Creates the error for a source that is not compressed as `--compression` says. */
export function createWrongCompressionError(source: string, expected: CompressionFormat, why: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot decompress ${source} with ${expected}: ${why}`, {
    place: { source },
    hint: 'Omit --compression to detect the compression of each source.',
  });
}

/** Creates the error for a source that csv2ddb cannot decompress, but another program can. */
export function createNeedsProgramError(source: string, why: string, command: string, cause?: unknown): LoaderError {
  return createReadError(source, why, { cause, hint: pipeHint(command) });
}

/** Creates the error for a URL with an unsupported scheme. */
export function createUnknownSchemeError(source: string): LoaderError {
  const scheme = source.replace(/:.*$/s, '');
  return createReadError(source, `csv2ddb does not support ${scheme} URLs`, {
    hint: 'Use a file, an s3:// or https:// URL, or `-` for standard input.',
  });
}

/** Creates the error for a pattern that matches no file. */
export function createNoMatchError(pattern: string): LoaderError {
  return createReadError(pattern, 'no file matches this pattern', {
    hint: 'Check the pattern. It matches files, not folders, and hidden files only if it starts with a dot.',
  });
}

/** Creates the error for a source that was closed while a read was waiting for bytes. */
export function createReadCanceledError(source: string): LoaderError {
  return new LoaderError('INTERRUPTED', `reading ${source} was canceled`, { place: { source } });
}
