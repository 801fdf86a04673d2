import { describe, expect, it } from 'vitest';
import { Store } from '../../../../src/pipeline/bucket/store.ts';
import { MemoryBucket } from '../jobs/memory-bucket.ts';

function storeOf(): { bucket: MemoryBucket; store: Store } {
  const bucket = new MemoryBucket(() => 0);
  let tokens = 0;
  return { bucket, store: new Store(bucket, () => `token ${tokens++}`) };
}

describe('a state', () => {
  it('is made once, and changed only from what was read', async () => {
    const { store } = storeOf();
    const made = await store.make('a', 1);
    expect(made).toMatchObject({ state: 1, ageMs: 0 });
    expect(await store.make('a', 2)).toBeUndefined();
    const changed = made && (await store.change('a', made, 3));
    expect(changed).toMatchObject({ state: 3 });
    expect(made && (await store.change('a', made, 4))).toBeUndefined();
    expect(await store.read('a')).toMatchObject({ state: 3, etag: changed?.etag });
  });

  it('whose answer was lost is known again as one of our own', async () => {
    const { bucket, store } = storeOf();
    bucket.onPut = () => 'lost';
    const made = await store.make('a', 1);
    expect(made).toMatchObject({ state: 1 });
    expect(made && (await store.change('a', made, 2))).toMatchObject({ state: 2 });
  });

  it('is not written where an update changes nothing, nor where there is none', async () => {
    const { bucket, store } = storeOf();
    await store.make('a', 1);
    bucket.onPut = () => {
      throw new Error('nothing is to be written');
    };
    expect(await store.update<number>('a', (state) => state)).toMatchObject({ state: 1 });
    expect(await store.update<number>('b', (state) => state + 1)).toBeUndefined();
  });

  it('of another version of csv2ddb is left alone', async () => {
    const { bucket, store } = storeOf();
    await bucket.put('a', JSON.stringify({ format: 99, token: '', state: 1 }), { ifNoneMatch: true });
    await expect(store.read('a')).rejects.toThrow('another version of csv2ddb');
  });
});
