import { LoaderError, type LoaderErrorDetails } from '../../errors.ts';
import type { ForeignFormat, Format, Packing } from './packed/signature.ts';
import type { SourceIdentity } from './source.ts';

/** What can be done about the commonest reasons, by the code of the operating system. */
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Check the name and the folder it is looked for in.',
  EACCES: 'Give the user that runs csv2ddb permission to read it.',
  EPERM: 'Give the user that runs csv2ddb permission to read it.',
  ENXIO: 'A socket cannot be opened by its name: pipe it in and name `-`.',
};

/** A source that cannot be read; with `from`, only up to that byte. */
export function cannotRead(
  source: string,
  why: string,
  details: LoaderErrorDetails & { readonly from?: number | undefined } = {},
): LoaderError {
  const where = details.from === undefined ? '' : ` from byte ${details.from} on`;
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}${where}: ${why}`, {
    ...details,
    place: { source },
  });
}

/** A source that the operating system or a stream fails to give. */
export function unreadable(source: string, cause: unknown, from?: number): LoaderError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'ENOENT' ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
  return cannotRead(source, why, { from, cause, hint: hints[code] });
}

/** A folder is named where a file is to be. */
export function isFolder(source: string): LoaderError {
  return cannotRead(source, 'it is a folder', {
    hint: `Name the files in it, for example ${source.replace(/[/\\]+$/, '')}/*.csv.`,
  });
}

/** A source was written to while it is read. */
export function changedWhileRead(source: string, what: string): LoaderError {
  return new LoaderError('SOURCE_CHANGED', `${source} changes while it is read: ${what}`, {
    place: { source },
    hint: 'Load a copy that nothing writes to; --restart starts from the beginning.',
  });
}

/** A source is not the one that an earlier run began with. */
export function notTheSame(source: string, what: string): LoaderError {
  return new LoaderError('SOURCE_CHANGED', `${source} is not what the earlier run read: ${what}`, {
    place: { source },
    hint: 'Give the same input again, or start from the beginning with --restart.',
  });
}

const kinds: Readonly<Record<SourceIdentity['kind'], string>> = {
  file: 'a file',
  stdin: 'standard input, a pipe or a URL without an ETag',
  object: 'an object or a URL with an ETag',
};

/** A source is not even of the kind that an earlier run began with. */
export function notOfKind(source: string, then: SourceIdentity, now: SourceIdentity['kind']): LoaderError {
  return notTheSame(source, `that was ${kinds[then.kind]}, this is ${kinds[now]}`);
}

/** The packed bytes of a source cannot be unpacked. */
export function damaged(source: string, why: string, cause?: unknown): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `${source} is damaged: ${why}`, {
    place: { source },
    cause,
    hint: 'Fetch or make it again: what was unpacked up to there may be wrong too.',
  });
}

/** A source is in a format that is not read here. */
export function foreign(source: string, { what, hint }: ForeignFormat): LoaderError {
  return cannotRead(source, `it is ${what}`, { hint });
}

/** A source is not packed as `--compression` says. */
export function notPackedAs(source: string, told: Packing, isEmpty: boolean, found: Format | undefined): LoaderError {
  let what = 'its first bytes are others';
  if (isEmpty) what = 'it is empty';
  else if (found !== undefined)
    what = `it is ${found.packing === undefined ? found.what : `packed by ${found.packing}`}`;
  return new LoaderError('SOURCE_UNREADABLE', `cannot unpack ${source} by ${told}: ${what}`, {
    place: { source },
    hint: 'Leave --compression out, and the first bytes of each source decide.',
  });
}

/** A source is packed in a way that is not unpacked here, though another program can. */
export function unpackElsewhere(source: string, why: string, command: string, cause?: unknown): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot unpack ${source}: ${why}`, {
    place: { source },
    cause,
    hint: `Unpack it on the way in: ${command} FILE | csv2ddb direct -`,
  });
}

/** An address that begins with a scheme that is not read here. */
export function schemeUnknown(source: string): LoaderError {
  const scheme = source.replace(/:.*$/s, '');
  return cannotRead(source, `csv2ddb does not speak ${scheme}`, {
    hint: 'Name a file, an s3:// or https:// address, or pipe it in and name `-`.',
  });
}

/** A pattern of names fits nothing. */
export function nothingFits(pattern: string): LoaderError {
  return cannotRead(pattern, 'no file fits this pattern', {
    hint: 'Check the pattern and the folder it is looked for in; it finds files, not folders, and hidden ones only by their dot.',
  });
}

/** The source was closed by ourselves while somebody waited for its next bytes. */
export function closedWhileRead(source: string): LoaderError {
  return new LoaderError('INTERRUPTED', `reading ${source} was stopped`, { place: { source } });
}
