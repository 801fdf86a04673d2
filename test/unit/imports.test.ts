import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { globSync } from 'tinyglobby';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const testFiles = globSync('test/**/*.test.ts', { cwd: root }).sort();

/** The helper through which a test starts the installed program, function or library. */
const installed = 'test/helpers/install/installed.ts';

/** Reads which files each file imports when it runs: types are erased. */
async function readImports(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: testFiles.map((file) => `import './${file}';`).join('\n'), resolveDir: root },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
    metafile: true,
  });
  return new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      file,
      imports.filter(({ external }) => external !== true).map(({ path }) => path),
    ]),
  );
}

/** Returns the files that a file imports directly or indirectly, each with the file that imports it. */
function reach(file: string, imports: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, string> {
  const importers = new Map<string, string>([[file, file]]);
  for (const importer of importers.keys()) {
    for (const imported of imports.get(importer) ?? []) {
      if (!importers.has(imported)) importers.set(imported, importer);
    }
  }
  return importers;
}

/** Returns the first import of `src`, as `IMPORTER imports FILE`. */
function findSource(importers: ReadonlyMap<string, string>): string | undefined {
  for (const [file, importer] of importers) {
    if (file.startsWith('src/')) return `${importer} imports ${file}`;
  }
  return undefined;
}

function isInstalled(file: string): boolean {
  return /^test\/(?:installed|long)\//.test(file);
}

describe('a test of the installed csv2ddb', () => {
  let reached: (readonly [file: string, importers: ReadonlyMap<string, string>])[] = [];
  beforeAll(async () => {
    const imports = await readImports();
    reached = testFiles.map((file) => [file, reach(file, imports)] as const);
  });

  it('runs no code of src in its own process', () => {
    const problems = reached.flatMap(([file, importers]) => {
      const found = findSource(importers);
      if (found === undefined || !(isInstalled(file) || importers.has(installed))) return [];
      return [`${file}: ${found}`];
    });
    expect(problems).toEqual([]);
    expect(reached.filter(([, importers]) => findSource(importers) !== undefined).length).toBeGreaterThan(100);
  });

  it('is in test/installed or test/long', () => {
    const others = reached.filter(([file, importers]) => importers.has(installed) && !isInstalled(file));
    // It runs scripts in place of the program.
    expect(others.map(([file]) => file)).toEqual(['test/unit/helpers/run/run.test.ts']);
  });

  it('takes nothing from the build but the tarball', () => {
    const files = globSync('test/{installed,long,helpers}/**/*.ts', { cwd: root });
    const using = files.filter((file) =>
      /(?:root|project|\.\.\/).*\bdist\b/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(using).toEqual([]);
  });
});
