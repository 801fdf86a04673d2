import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,random,connected}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // .ci/run counts from the second one.
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
  },
});
