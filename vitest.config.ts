import { defineConfig } from 'vitest/config';

/** What both kinds of tests share. */
export const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
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
};

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: 'src', include: ['test/{unit,random,connected}/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'installed',
          include: ['test/installed/**/*.test.ts'],
          globalSetup: 'test/helpers/install/setup.ts',
        },
      },
    ],
    // .ci/run counts from the second one.
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
  },
});
