import { listObjects, listPages, type BucketObject } from '../../aws/s3/list-objects.ts';
import type { BucketPlace } from '../../aws/s3/place.ts';

/** An object as a listing has it: of its versions the newest. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** With its quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** What can be listed of a bucket. It takes s3:ListBucket. All of it throws as `toS3Error` says. */
export interface Listing {
  /** All below a prefix, in the order of the bytes of their keys. */
  objects(prefix: string): Promise<readonly ListedObject[]>;
  /** The object of a key. */
  object(key: string): Promise<ListedObject | undefined>;
  /** Names of the folders right below a prefix, which ends in `/`; without it. */
  folders(prefix: string): Promise<readonly string[]>;
}

/** @param place with the account that the bucket must belong to */
export function listingOf(place: BucketPlace): Listing {
  return {
    objects: async (prefix) => listedIn(await listObjects(place, prefix)),
    async object(key) {
      // Of those whose keys begin so it is the first.
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
