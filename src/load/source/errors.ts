import { LoaderError, type LoaderErrorDetails } from '../../errors.ts';
import { pipeHint, type CompressionFormat, type FileFormat } from './compression/detect-format.ts';
import type { SourceIdentity } from './source.ts';

/** Hints for common errors of the operating system, by code. */
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Check the path.',
  EACCES: 'Grant read permission to the user that runs csv2ddb.',
  EPERM: 'Grant read permission to the user that runs csv2ddb.',
  ENXIO: 'Pipe the socket into csv2ddb, with `-` as the source.',
};

/** A source cannot be read, or only up to byte `from`. */
export function readError(
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

/** The operating system or a stream reported an error. */
export function unreadableSourceError(source: string, cause: unknown, from?: number): LoaderError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'ENOENT' ? 'the file does not exist' : cause instanceof Error ? cause.message : String(cause);
  return readError(source, why, { from, cause, hint: hints[code] });
}

/** A source is a folder, not a file. */
export function folderError(source: string): LoaderError {
  return readError(source, 'it is a folder', {
    hint: `Name the files in it, for example ${source.replace(/[/\\]+$/, '')}/*.csv.`,
  });
}

/** A source was modified during the load. */
export function changedSourceError(source: string, what: string): LoaderError {
  return new LoaderError('SOURCE_CHANGED', `${source} changed while it was read: ${what}`, {
    place: { source },
    hint: 'Load a copy that does not change, from the start with --restart.',
  });
}

/** A source is not the one that the interrupted run read. */
export function differentSourceError(source: string, what: string): LoaderError {
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

/** A source is of a different kind than the source of the interrupted run. */
export function differentKindError(source: string, then: SourceIdentity, now: SourceIdentity['kind']): LoaderError {
  return differentSourceError(source, `the earlier source was ${kinds[then.kind]}, this one is ${kinds[now]}`);
}

/** The compressed data of a source is invalid. */
export function damagedSourceError(source: string, why: string, cause?: unknown): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `${source} is damaged: ${why}`, {
    place: { source },
    cause,
    hint: 'Create or download it again: records before the damage may be wrong too.',
  });
}

/** A source has a format that csv2ddb does not support. */
export function unsupportedFormatError(source: string, { description, hint }: FileFormat): LoaderError {
  return readError(source, `it is ${description}`, { hint });
}

/** A source is not compressed as `--compression` says. */
export function wrongCompressionError(source: string, expected: CompressionFormat, why: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot decompress ${source} with ${expected}: ${why}`, {
    place: { source },
    hint: 'Omit --compression to detect the compression of each source.',
  });
}

/** csv2ddb cannot decompress a source, but another program can. */
export function needsProgramError(source: string, why: string, command: string, cause?: unknown): LoaderError {
  return readError(source, why, { cause, hint: pipeHint(command) });
}

/** The scheme of a URL is not supported. */
export function unknownSchemeError(source: string): LoaderError {
  const scheme = source.replace(/:.*$/s, '');
  return readError(source, `csv2ddb does not support ${scheme} URLs`, {
    hint: 'Use a file, an s3:// or https:// URL, or `-` for standard input.',
  });
}

/** A pattern matches no file. */
export function noMatchError(pattern: string): LoaderError {
  return readError(pattern, 'no file matches this pattern', {
    hint: 'Check the pattern: it matches files, not folders, and hidden files only with a leading dot.',
  });
}

/** The source was closed while a read was waiting for bytes. */
export function readCanceledError(source: string): LoaderError {
  return new LoaderError('INTERRUPTED', `reading ${source} was canceled`, { place: { source } });
}
