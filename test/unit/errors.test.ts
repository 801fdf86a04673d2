import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, LoaderError, rejectCodes } from '../../src/errors.ts';

const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const [ofRuns = '', ofRecords = ''] = text.split('## Codes that reject a record');

describe('docs/errors.md', () => {
  it('lists exactly the codes that end a run, with their exit status', () => {
    const documented = [...ofRuns.matchAll(/^\| `([A-Z0-9_]+)` \| (\d+) \| [^|]+ \| [^|]+ \|$/gm)];
    expect(Object.fromEntries(documented.map(([, code, status]) => [code, Number(status)]))).toEqual(errorCodes);
    expect(documented).toHaveLength(Object.keys(errorCodes).length);
  });

  it('lists exactly the codes that reject a record', () => {
    const documented = [...ofRecords.matchAll(/^\| `([A-Z0-9_]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, code]) => code);
    expect(documented.toSorted()).toEqual(rejectCodes.toSorted());
  });
});

it('an error has the exit status of its code', () => {
  expect(new LoaderError('TABLE_NOT_FOUND', 'x').exitStatus).toBe(3);
  expect(new LoaderError('USAGE', 'x').exitStatus).toBe(64);
});
