/** What a program may import: `import { load } from 'csv2ddb'`. */
export { load, LoadStopped } from './library/load.ts';
export type { LoadOptions } from './library/options.ts';
export { exitStatus, LoaderError, type ErrorCode, type ExitStatus, type Place } from './errors.ts';
export type { AttributeType, Compression, EmptyFields, Ragged } from './options/settings.ts';
export type { Counts, Progress, Summary, Traffic } from './report/summary.ts';
