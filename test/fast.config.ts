import { defineConfig } from 'vitest/config';
import { common } from '../vitest.config.ts';

const variable = 'CSV2DDB_TEST_SHARE';
const share = process.env[variable] ?? '0.05';

/** Half a minute of simulated loads. */
const simulations = 'test/random/load/flow/**';

console.log(
  `Unit and random tests, with ${share} of the random cases (${variable}) and without ${simulations}. npm test runs all.\n`,
);

const include = ['test/{unit,random}/**/*.test.ts'];
/** They replace modules, which holds for every file of the process. */
const replacing = ['test/unit/options/commands.test.ts', 'test/unit/pipeline/worker/work.test.ts'];
const shared = { ...common, env: { ...common.env, [variable]: share } };

/** The tests that need neither a build nor an emulator: `npm run test:fast`. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      { test: { ...shared, name: 'together', include, exclude: [...replacing, simulations], isolate: false } },
      { test: { ...shared, name: 'alone', include: replacing } },
    ],
  },
});
