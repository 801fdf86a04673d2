import { describe, expect, it } from 'vitest';
import { Store } from '../../../../src/pipeline/bucket/store.ts';
import { MemoryBucket } from '../jobs/memory-bucket.ts';

function openStore(): { bucket: MemoryBucket; store: Store } {
  const bucket = new MemoryBucket(() => 0);
  let tokens = 0;
  return { bucket, store: new Store(bucket, () => `token ${tokens++}`) };
}

describe('a state', () => {
  it('is created once, and changed only from the version that was read', async () => {
    const { store } = openStore();
    const created = await store.create('a', 1);
    expect(created).toMatchObject({ state: 1, ageMs: 0 });
    expect(await store.create('a', 2)).toBeUndefined();
    const changed = created && (await store.replace('a', created, 3));
    expect(changed).toMatchObject({ state: 3 });
    expect(created && (await store.replace('a', created, 4))).toBeUndefined();
    expect(await store.read('a')).toMatchObject({ state: 3, etag: changed?.etag });
  });

  it('is recognised as our own after its response was lost', async () => {
    const { bucket, store } = openStore();
    bucket.onPut = () => 'lost';
    const created = await store.create('a', 1);
    expect(created).toMatchObject({ state: 1 });
    expect(created && (await store.replace('a', created, 2))).toMatchObject({ state: 2 });
  });

  it('is not written if an update changes nothing or if it does not exist', async () => {
    const { bucket, store } = openStore();
    await store.create('a', 1);
    bucket.onPut = () => {
      throw new Error('unexpected PUT');
    };
    expect(await store.update<number>('a', (state) => state)).toMatchObject({ state: 1 });
    expect(await store.update<number>('b', (state) => state + 1)).toBeUndefined();
  });

  it('that was seen before is changed without reading it', async () => {
    const { bucket, store } = openStore();
    const seen = await store.create('a', 1);
    bucket.get = () => {
      throw new Error('unexpected GET');
    };
    expect(await store.update<number>('a', (state) => state + 1, seen)).toMatchObject({ state: 2 });
  });

  it('that has changed since it was seen is read again, and no change is lost', async () => {
    const { store } = openStore();
    const seen = await store.create('a', 1);
    await store.update<number>('a', (state) => state + 10);
    expect(await store.update<number>('a', (state) => state + 100, seen)).toMatchObject({ state: 111 });
    expect(await store.read('a')).toMatchObject({ state: 111 });
  });

  it('of a different version of csv2ddb is refused', async () => {
    const { bucket, store } = openStore();
    await bucket.put('a', JSON.stringify({ format: 99, token: '', state: 1 }), { ifNoneMatch: true });
    await expect(store.read('a')).rejects.toThrow('a different version of csv2ddb');
  });
});
