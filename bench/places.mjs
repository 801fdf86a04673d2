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

/** The built command line. */
export const program = projectPath('dist/bin/csv2ddb.js');

/**
 * A built module, whose type the caller vouches for.
 * @param {string} name below `dist`
 * @returns {Promise<unknown>}
 */
export const built = (name) => import(pathToFileURL(projectPath(`dist/${name}`)).href);
