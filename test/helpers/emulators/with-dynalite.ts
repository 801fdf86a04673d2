import { afterAll, beforeAll } from 'vitest';
import { startDynalite, type Emulator } from './emulator.ts';

/** One dynalite for all tests of the file, or of the `describe`, that it is called in; it can be used once they run. */
export function withDynalite(): Omit<Emulator, 'stop'> {
  let started: Emulator | undefined;
  beforeAll(async () => {
    started = await startDynalite();
  });
  afterAll(() => started?.stop());
  const running = (): Emulator => {
    if (started === undefined) throw new Error('dynalite was not started');
    return started;
  };
  return {
    name: 'dynalite',
    get endpoint() {
      return running().endpoint;
    },
    get client() {
      return running().client;
    },
  };
}
