import { LoaderError } from '../../errors.ts';
import type { Source } from '../../load/source/source.ts';
import { isInternalKey } from '../bucket/keys.ts';
import type { PipelineDescription } from '../description.ts';

/** S3 User Guide, "Creating object key names": bytes of UTF-8. */
const maxKeyBytes = 1_024;

/** A source and the key of its object. */
export interface KeyedSource {
  readonly source: Source;
  readonly key: string;
}

/**
 * Assigns all keys before the first put, so that nothing is put if one of them is invalid.
 * @param keyName replaces the file's own name; required for standard input
 * @throws LoaderError USAGE
 */
export function assignKeys(
  sources: readonly Source[],
  keyName: string | undefined,
  { prefix, suffix }: Pick<PipelineDescription, 'prefix' | 'suffix'>,
): KeyedSource[] {
  return sources.map((source) => {
    const key = `${prefix}${keyName ?? source.baseName}`;
    const reason = reasonNotLoaded(key, suffix);
    if (reason === undefined) return { source, key };
    const hint = 'Choose a different name with --key.';
    throw new LoaderError('USAGE', `cannot upload ${source.name} as ${key}: ${reason}`, { hint });
  });
}

function reasonNotLoaded(key: string, suffix: string | null): string | undefined {
  if (suffix !== null && !key.endsWith(suffix)) return `this pipeline loads only keys that end in ${suffix}`;
  if (isInternalKey(key)) return 'the pipeline stores its own objects there';
  return Buffer.byteLength(key) > maxKeyBytes ? `a key has at most ${maxKeyBytes} bytes` : undefined;
}

/** Returns the last part of a reject file's key; undefined if its own name will do. */
export function keyForRejects(baseName: string, suffix: string | null): string | undefined {
  if (suffix === null || baseName.endsWith(suffix)) return undefined;
  return `${baseName}${/^[.-]/.test(suffix) ? '' : '-'}${suffix}`;
}
