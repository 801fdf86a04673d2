import { defineConfig } from 'vitest/config';
import config from '../vitest.config.ts';

const variable = 'CSV2DDB_TEST_JOBS_SEEDS';
const seeds = process.env[variable] ?? '300';

console.log(
  `test:fast runs the unit and random tests; random jobs with ${seeds} seeds (${variable}), npm test with all\n`,
);

/** The tests that need neither a build nor an emulator's process: `npm run test:fast`. */
export default defineConfig({
  test: {
    ...config.test,
    include: ['test/{unit,random}/**/*.test.ts'],
    env: { ...config.test?.env, [variable]: seeds },
    reporters: ['default'],
  },
});
