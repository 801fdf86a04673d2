import { measuresAll } from '../process/measured.mjs';
import { csv2ddb } from './csv2ddb.mjs';
import { ddbimport } from './ddbimport.mjs';
import { dynein } from './dynein.mjs';
import { awswrangler, boto3 } from './python.mjs';
import { sdk } from './sdk.mjs';

/**
 * @typedef {'http' | 'https'} Protocol
 *
 * @typedef {object} Contender
 * @property {string} name as `--only` has it
 * @property {string} title as the tables have it
 * @property {readonly Protocol[]} protocols of the endpoints it can be led to
 * @property {string} [protocolReason] why not the other
 * @property {number} [port] the only one it can be led to
 * @property {'csv' | 'jsonl'} [format] of its file
 * @property {number} recordsPerCpuSecond a guess, for the length of the first run
 * @property {number} inFlight requests, likewise
 * @property {number} [leastRecords] for fewer its code is not warm, and it looks slower than it is
 * @property {() => { version: string } | { missing: string }} find
 * @property {(file: string, endpoint: import('../endpoint/start.mjs').NullEndpoint, more: readonly string[]) =>
 *   import('../process/measured.mjs').Command} command `more`: further options, for csv2ddb only
 *
 * @typedef {object} Found
 * @property {Contender} contender
 * @property {string | undefined} version
 * @property {string | undefined} missing why it cannot run
 */

const all = [csv2ddb, sdk, ddbimport, dynein, boto3, awswrangler];

/** Names that `--only` takes. */
export const contenderNames = all.map(({ name }) => name);

/**
 * @param {readonly string[]} names
 * @returns {Found[]}
 */
export function findContenders(names) {
  return all
    .filter(({ name }) => names.includes(name))
    .map((contender) => {
      if (!measuresAll && contender !== csv2ddb && contender !== sdk) {
        return { contender, version: undefined, missing: 'only Node is measured without a C++ compiler' };
      }
      const found = contender.find();
      return 'version' in found
        ? { contender, version: found.version, missing: undefined }
        : { contender, version: undefined, missing: found.missing };
    });
}
