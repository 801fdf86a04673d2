import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * A file of this folder.
 * @param {string} name
 */
export const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * A file of the project.
 * @param {string} name
 */
export const projectPath = (name) => here(`../${name}`);

/**
 * A file that is made once and kept, outside version control.
 * @param {string} name
 */
export const cachePath = (name) => projectPath(`.cache/bench/${name}`);

/** The bundled command line, as the package ships it. */
export const program = projectPath('dist/bin/csv2ddb.js');

/**
 * The compiled sources, one file for each: `npm run build` leaves them here.
 * @param {string} name
 */
export const compiledPath = (name) => projectPath(`.cache/compiled/${name}`);

/**
 * A compiled module, whose type the caller vouches for.
 * @param {string} name of a file of `src`
 * @returns {Promise<unknown>}
 */
export const compiledModule = (name) => import(pathToFileURL(compiledPath(name)).href);
