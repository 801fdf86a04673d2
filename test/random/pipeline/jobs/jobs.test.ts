import { describe, expect, it } from 'vitest';
import { findProblems } from '../../../helpers/jobs/checks.ts';
import { makeTargetedPlan, makeRandomPlan, makeThrottledPlan, type Plan } from '../../../helpers/jobs/plan.ts';
import { Simulation } from '../../../helpers/jobs/simulation.ts';
import { Scenario } from '../../../helpers/jobs/scenario.ts';
import { sampledCount, type Random } from '../../../helpers/random.ts';

/** Number of seeds. The default takes about a minute. */
const seeds = Number(process.env['CSV2DDB_TEST_JOBS_SEEDS'] ?? sampledCount(6_000));
const firstSeed = Number(process.env['CSV2DDB_TEST_JOBS_FIRST'] ?? 1);

describe.each<{ name: string; share: number; planned: (chance: Random) => Plan }>([
  { name: 'scenarios', share: 0.25, planned: makeRandomPlan },
  { name: 'targeted scenarios', share: 0.749, planned: makeTargetedPlan },
  { name: 'scenarios with a table that accepts no writes', share: 0.001, planned: makeThrottledPlan },
])('random $name of jobs', ({ share, planned }) => {
  const count = Math.ceil(seeds * share);
  const groups = Math.min(20, count);

  it.each(Array.from({ length: groups }, (_, group) => group))(
    `end without problems, group %i of ${groups}, from seed ${firstSeed} to ${firstSeed + count - 1}`,
    async (group) => {
      for (let seed = firstSeed + group; seed < firstSeed + count; seed += groups) {
        const simulation = new Simulation(seed);
        const story = new Scenario(simulation, planned(simulation.chance));
        try {
          await story.run();
          expect(findProblems(story)).toEqual([]);
        } catch (error) {
          const shown = simulation.history.slice(-400).join('\n');
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${shown}`);
        }
        // Lets the test runner communicate with its workers.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    600_000,
  );
});
