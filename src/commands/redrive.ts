import type { ExitStatus } from '../errors.ts';
import type { Given } from '../options/given.ts';
import type { Io } from './io.ts';

export function redrive(_operand: unknown, _flags: Given, _io: Io): Promise<ExitStatus> {
  return Promise.reject(new Error('not built yet'));
}
