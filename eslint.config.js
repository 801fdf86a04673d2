import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  { ignores: ['.ci/', 'dist/', 'node_modules/', '.cache/', '.venv/', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', '.dependency-cruiser.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    // A file has one subject, and a call can be read without counting. The table of options is a list.
    files: ['src/**'],
    ignores: ['src/options/table.ts'],
    rules: { 'max-params': ['error', 4], 'max-lines': ['error', 300] },
  },
  {
    // These only compute: the time is a value that they are given. .dependency-cruiser.mjs says what they may import.
    files: ['src/load/{read,map,order,flow}/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['performance', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
          name,
          message: 'This folder reads no clock and knows no process: take it as a value.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "MemberExpression[object.name='Date'][property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'This folder reads no clock: take the time as a value.',
        },
      ],
    },
  },
  {
    files: ['**/*.config.ts', 'eslint.config.js', '.dependency-cruiser.mjs'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
