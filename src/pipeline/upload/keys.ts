import { LoaderError } from '../../errors.ts';
import { isNoInput } from '../bucket/keys.ts';
import type { Description } from '../description.ts';
import type { Source } from '../../load/source/source.ts';

/** S3 User Guide, "Creating object key names": bytes of UTF-8. */
const mostKeyBytes = 1_024;

/** A file, and where it goes. */
export interface Destined {
  readonly source: Source;
  readonly key: string;
}

/**
 * The keys of all files, so that none is put where one of them cannot be loaded.
 * @param named in place of the file's own name; there with standard input
 * @throws LoaderError USAGE
 */
export function destine(
  sources: readonly Source[],
  named: string | undefined,
  { prefix, suffix }: Pick<Description, 'prefix' | 'suffix'>,
): Destined[] {
  return sources.map((source) => {
    const key = `${prefix}${named ?? source.baseName}`;
    const why = whyNotLoaded(key, suffix);
    if (why === undefined) return { source, key };
    const hint = 'Give it another name with --key. Nothing was put.';
    throw new LoaderError('USAGE', `${source.name} would be ${key}, which is not loaded: ${why}`, { hint });
  });
}

function whyNotLoaded(key: string, suffix: string | null): string | undefined {
  if (suffix !== null && !key.endsWith(suffix)) return `this pipeline loads what ends in ${suffix}`;
  if (isNoInput(key)) return 'it would lie among what the pipeline itself writes';
  return Buffer.byteLength(key) > mostKeyBytes ? `a key has ${mostKeyBytes} bytes at most` : undefined;
}

/** A key's last part for a file of rejects, which its own name may not do for: undefined where that does. */
export function keyForRejects(baseName: string, suffix: string | null): string | undefined {
  if (suffix === null || baseName.endsWith(suffix)) return undefined;
  return `${baseName}${/^[.-]/.test(suffix) ? '' : '-'}${suffix}`;
}
