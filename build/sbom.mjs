// node build/sbom.mjs: writes dist/sbom.cdx.json: the packages with code in a bundle, as a CycloneDX bill of materials.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './esbuild.mjs';
import { readMetafile } from './metafile.mjs';

const metafile = join(project, '.cache', 'metafile.json');
writeFileSync(metafile, JSON.stringify(readMetafile()));
const program = join(project, 'node_modules', '@cyclonedx', 'cyclonedx-esbuild', 'bin', 'cyclonedx-esbuild-cli.js');
const options = ['--output-reproducible', '--validate', '--output-file', join('dist', 'sbom.cdx.json')];
execFileSync(process.execPath, [program, ...options, metafile], {
  cwd: project,
  stdio: ['ignore', 'ignore', 'inherit'],
});
