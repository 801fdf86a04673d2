import { describe, expect, vi } from 'vitest';
import type { RawOption } from '../../src/options/raw-options.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveProvision } from '../../src/options/resolve-pipeline.ts';
import type { OptionKey } from '../../src/options/table.ts';
import { deriveNames } from '../../src/pipeline/names.ts';
import { closeClients, openClients } from '../../src/pipeline/provision/clients.ts';
import { destroy, type DestroyOptions } from '../../src/pipeline/provision/destroy.ts';
import { readPipelineDescription, provision, type ProvisionOptions } from '../../src/pipeline/provision/provision.ts';
import { ministackEnv } from '../helpers/emulators/caller.ts';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { inventory, emptyInventory } from '../helpers/pipeline/inventory.ts';

describe('provision', () => {
  const { test } = withMinistack();

  test('continues after a failure at any step, and so does destroy', 180_000, async (ministack) => {
    for (const [name, value] of Object.entries(ministackEnv(ministack))) vi.stubEnv(name, value);
    const steps = 12;
    for (let failing = 1; failing <= steps; failing++) {
      const name = `fail-${failing}`;
      const given = new Map<OptionKey, RawOption>(
        Object.entries({ name, table: `${name}-table`, partitionKey: 'id', email: 'jo@example.com' }).map(
          ([key, text]) => [key as OptionKey, { text, from: 'flag' }],
        ),
      );
      const settings = resolveProvision(parseOptions(given), {});
      const place = { account: ministack.account, region: ministack.region, partition: 'aws' };
      const names = deriveNames(name, place);
      const clients = openClients(settings.aws);
      const input = {
        place,
        names,
        bucket: names.bucket,
        table: settings.table,
        settings,
        defaultSettings: undefined,
      };
      /** Simulates a process that is killed after this step. */
      const failAfter = (step: number) => {
        let steps = 0;
        return () => {
          if (++steps === step) throw new Error('killed');
        };
      };
      const stop = new AbortController().signal;
      const options: Omit<ProvisionOptions, 'say'> = { aws: settings.aws, stop, confirm: () => true };
      await expect(provision(input, clients, { ...options, say: failAfter(failing) })).rejects.toThrow('killed');
      const { plan } = await provision(input, clients, { ...options, say: () => undefined });
      expect(plan.filter((step) => step.do === 'create').length, name).toBe(steps - failing);
      expect(plan.filter((step) => step.do === 'keep').length, name).toBe(failing);
      const third = await provision(input, clients, { ...options, say: () => undefined });
      expect(third.plan.filter((step) => step.do !== 'keep')).toEqual([]);

      const description = await readPipelineDescription(names.bucket, place, clients);
      const removing: Omit<DestroyOptions, 'say'> = {
        deleteData: true,
        stop,
        confirm: () => Promise.resolve(true),
      };
      await expect(destroy(input, description, clients, { ...removing, say: failAfter(failing) })).rejects.toThrow(
        'killed',
      );
      const left = await readPipelineDescription(names.bucket, place, clients);
      await destroy(input, left, clients, { ...removing, say: () => undefined });
      expect(await inventory(ministack, `${name}-`), name).toEqual(emptyInventory);
      closeClients(clients);
    }
    vi.unstubAllEnvs();
  });
});
