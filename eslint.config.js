import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Syntax that no file uses. */
const refusedSyntax = [
  {
    selector: 'ObjectExpression > SpreadElement > ObjectExpression',
    message: 'A spread only groups lines: write one property per line.',
  },
  {
    selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"], TSParameterProperty)[accessibility]',
    message: 'Private members are #name; others are public without the word.',
  },
];

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
      'no-restricted-syntax': ['error', ...refusedSyntax],
    },
  },
  {
    // A file has one subject, and a reader need not count arguments. The table of options is a list.
    files: ['src/**'],
    ignores: ['src/options/table.ts'],
    rules: { 'max-params': ['error', 4], 'max-lines': ['error', 300] },
  },
  {
    // These folders only compute: callers pass the time as a value. .dependency-cruiser.mjs lists their imports.
    files: ['src/load/{read,map,order,flow}/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['performance', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
          name,
          message: 'This folder uses no clock and no process: take the value as a parameter.',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        ...refusedSyntax,
        {
          selector:
            "MemberExpression[object.name='Date'][property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'This folder uses no clock: take the time as a parameter.',
        },
      ],
    },
  },
  {
    files: ['**/*.config.ts', 'eslint.config.js', '.dependency-cruiser.mjs'],
    rules: { 'no-restricted-exports': 'off' },
  },
);
