// The layout, as rules on imports: `npm run layout`. docs and README name the folders; this file holds them to it.

/** The top folders (and files) of src, from the top down: each imports only from those below it. */
const floors = [
  'index',
  'cli',
  'library',
  'pipeline',
  'report',
  'options',
  'load',
  'aws',
  'dynamodb',
  'text',
  'errors',
];

/**
 * A pattern for what belongs to one of these: `load` is a folder, `errors` a file.
 * @param {readonly string[]} names
 */
const under = (names) => `^src/(${names.join('|')})(/|\\.ts$)`;

/** The folders of a load that only compute: values in, values out. eslint.config.js keeps clocks out of them. */
const pure = '^src/load/(read|map|order|flow)/';

/** All that those may import: no AWS client, no file, no socket, and nothing that has one of them. */
const pureImports = [
  pure,
  '^src/load/(settings|memory)\\.ts$',
  '^src/(dynamodb|text)/',
  '^src/errors\\.ts$',
  '^(node:)?(buffer|crypto|string_decoder|util)$',
  '^node_modules/(csv-parse|iconv-lite|@aws-sdk/util-dynamodb)/',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...floors.slice(1).map((floor, index) => ({
      name: `${floor} imports nothing above it`,
      severity: 'error',
      from: { path: under([floor]) },
      to: { path: under(floors.slice(0, index + 1)) },
    })),
    {
      name: 'every file has a floor',
      severity: 'error',
      from: { path: '^src/', pathNot: under(floors) },
      to: {},
    },
    {
      name: 'read, map, order and flow only compute',
      severity: 'error',
      from: { path: pure },
      to: { pathNot: pureImports },
    },
    { name: 'no cycle of files', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no cycle of folders',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
