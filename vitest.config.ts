import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,random,connected}/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Tests do not use the developer's proxy.
    env: {
      http_proxy: '',
      HTTP_PROXY: '',
      https_proxy: '',
      HTTPS_PROXY: '',
      all_proxy: '',
      ALL_PROXY: '',
      AWS_CA_BUNDLE: '',
    },
    // .ci/run counts from the second one.
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
  },
});
