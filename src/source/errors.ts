import { LoaderError } from '../errors.ts';

/** What can be done about the commonest reasons, by the code of the operating system. */
const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Check the name and the folder it is looked for in.',
  EACCES: 'Give the user that runs csv2ddb permission to read it.',
  EPERM: 'Give the user that runs csv2ddb permission to read it.',
  ENXIO: 'A socket cannot be opened by its name: pipe it in and name `-`.',
};

/** A source cannot be read, or not on from a place in it. */
export function unreadable(source: string, cause: unknown, offset?: number): LoaderError {
  const where = offset === undefined ? '' : ` from byte ${offset} on`;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'ENOENT' ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause);
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}${where}: ${why}`, {
    place: { source },
    cause,
    hint: hints[code],
  });
}

/** A folder is named where a file is to be. */
export function isFolder(source: string): LoaderError {
  return new LoaderError('SOURCE_UNREADABLE', `cannot read ${source}: it is a folder`, {
    place: { source },
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

/** The source was closed by ourselves while somebody waited for its next bytes. */
export function closedWhileRead(source: string): LoaderError {
  return new LoaderError('INTERRUPTED', `reading ${source} was stopped`, { place: { source } });
}
