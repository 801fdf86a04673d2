/** The public API: `import { load } from 'csv2ddb'`. */
export { load, LoadStopped } from './library/load.ts';
export type { LoadOptions } from './library/options.ts';
export { exitStatus, LoaderError, type ErrorCode, type ExitStatus, type ErrorPlace } from './errors.ts';
export type { AttributeType, Compression, EmptyFields, Ragged } from './load/settings.ts';
export type { Counts, Progress, Summary, Traffic } from './load/summary.ts';
