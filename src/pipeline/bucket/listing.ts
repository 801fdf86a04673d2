import { listObjects, listPages, type BucketObject } from '../../aws/s3/list-objects.ts';
import type { BucketPlace } from '../../aws/s3/place.ts';

/** The latest version of an object, as returned by a listing. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Includes the quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** Lists a bucket. Requires s3:ListBucket. Every method throws the errors of `toS3Error`. */
export interface Listing {
  /** Lists all objects whose key starts with a prefix, in byte order of their keys. */
  objects(prefix: string): Promise<readonly ListedObject[]>;
  /** Returns the object with this key; undefined if it does not exist. */
  object(key: string): Promise<ListedObject | undefined>;
  /** Lists the folders directly below a prefix that ends in `/`. The names contain neither the prefix nor a final `/`. */
  folders(prefix: string): Promise<readonly string[]>;
}

/** @param place Includes the account that must own the bucket. */
export function listingOf(place: BucketPlace): Listing {
  return {
    objects: async (prefix) => listedIn(await listObjects(place, prefix)),
    async object(key) {
      // The key itself sorts before all longer keys that start with it.
      const { value: page } = await listPages(place, key, { maxKeys: 1 }).next();
      return listedIn(page?.objects ?? []).find((object) => object.key === key);
    },
    async folders(prefix) {
      const found: string[] = [];
      for await (const { folders } of listPages(place, prefix, { delimiter: '/' })) {
        found.push(...folders.map((folder) => folder.slice(prefix.length, -1)));
      }
      return found;
    },
  };
}

function listedIn(objects: readonly BucketObject[]): ListedObject[] {
  return objects.flatMap(({ key, sizeBytes = 0, etag = '', lastModifiedMs }) =>
    lastModifiedMs === undefined ? [] : [{ key, sizeBytes, etag, lastModifiedMs }],
  );
}
