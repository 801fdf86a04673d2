// The parts that the bundle of the program and the bundle of the Lambda function have in common.
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../', import.meta.url));

/** @satisfies {import('esbuild').BuildOptions} */
export const bundleOptions = {
  absWorkingDir: project,
  // The paths, and so the names of chunks, stay the same if node_modules is a link.
  preserveSymlinks: true,
  bundle: true,
  metafile: true,
  platform: 'node',
  format: 'esm',
  mainFields: ['module', 'main'],
  // CommonJS packages use these, and ES modules do not have them.
  banner: {
    js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url),__dirname=import.meta.dirname;",
  },
  // Names stay: stack traces are readable, and errors are recognized by name.
  minifyWhitespace: true,
  minifySyntax: true,
  // build/licenses.mjs writes them.
  legalComments: 'none',
  logLevel: 'warning',
};
