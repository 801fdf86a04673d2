import { afterAll, beforeAll } from 'vitest';
import { startDynalite, type Emulator } from './emulator.ts';

/** Starts one dynalite for all tests of the file or `describe` that calls this. Only tests and hooks may use it. */
export function withDynalite(): Omit<Emulator, 'stop'> {
  let started: Emulator | undefined;
  beforeAll(async () => {
    started = await startDynalite();
  });
  afterAll(() => started?.stop());
  const running = (): Emulator => {
    if (started === undefined) throw new Error('dynalite has not started');
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
