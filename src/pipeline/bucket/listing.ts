import { listObjects, listPages, type BucketObject } from '../../aws/s3/list-objects.ts';
import type { BucketAccess } from '../../aws/s3/bucket-access.ts';

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
  listObjects(prefix: string): Promise<readonly ListedObject[]>;
  /** Returns the object with this key; undefined if it does not exist. */
  findObject(key: string): Promise<ListedObject | undefined>;
  /** Lists the folders directly below a prefix that ends in `/`. The names contain neither the prefix nor a final `/`. */
  listFolders(prefix: string): Promise<readonly string[]>;
}

/** @param place Includes the account that must own the bucket. */
export function openListing(place: BucketAccess): Listing {
  return {
    listObjects: async (prefix) => listedIn(await listObjects(place, prefix)),
    async findObject(key) {
      // The key itself sorts before all longer keys that start with it.
      const { value: page } = await listPages(place, key, { maxKeys: 1 }).next();
      return listedIn(page?.objects ?? []).find((object) => object.key === key);
    },
    async listFolders(prefix) {
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
