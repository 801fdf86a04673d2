import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { trustedAuthorities } from '../../../../src/aws/net/trust.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { catchLoaderError } from './catch-loader-error.ts';

const pem = readFileSync(new URL('../../../fixtures/tls/certificate.pem', import.meta.url), 'utf8');

function file(content: string | Buffer): string {
  const path = join(tempDir(), 'bundle.pem');
  writeFileSync(path, content);
  return path;
}

describe.each(['aws', 'web'] as const)('the certificate authorities for %s', (whose) => {
  const trust = (env: NodeJS.ProcessEnv) => trustedAuthorities(env, whose);

  it.each([{}, { AWS_CA_BUNDLE: '' }, { NODE_EXTRA_CA_CERTS: '/nowhere' }])('are those of Node with %o', (env) => {
    expect(trust(env)).toBeUndefined();
  });

  it.each([
    ['one certificate', pem],
    ['two', `${pem}${rootCertificates[0] ?? ''}`],
    ['text around them', `# ours: é\r\n${pem.replaceAll('\n', '\r\n')}# end`],
    ['an older label', pem.replaceAll(' CERTIFICATE', ' X509 CERTIFICATE')],
  ])('are read once from a bundle with %s', (__, content) => {
    const env = { AWS_CA_BUNDLE: file(content) };
    expect(trust(env)).toBeDefined();
    expect(trust({ ...env })).toBe(trust(env));
    expect(trust({ ...env, NODE_EXTRA_CA_CERTS: '/nowhere' })).toBeDefined();
  });

  it.each<[string, () => string, RegExp]>([
    ['does not exist', () => '/nowhere/bundle.pem', /cannot read .* \/nowhere\/bundle.pem \(ENOENT\)/],
    ['is a folder', tempDir, /cannot read .* \(EISDIR\)/],
    ['is empty', () => file(''), /contains no certificate/],
    ['holds a key', () => file(pem.replaceAll('CERTIFICATE', 'PRIVATE KEY')), /contains no certificate/],
    ['is cut off', () => file(pem.slice(0, -30)), /contains no certificate/],
    ['is binary', () => file(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64')), /contains no certificate/],
    ['has a damaged one', () => file(pem + pem.split('\n').toSpliced(1, 1).join('\n')), /certificate 2 .* is damaged/],
  ])('are a usage error if the bundle %s', (__, path, message) => {
    const error = catchLoaderError(() => trust({ AWS_CA_BUNDLE: path() }));
    expect(error.code).toBe('USAGE');
    expect(error.message).toMatch(message);
    expect(error.hint).toContain('AWS_CA_BUNDLE');
  });
});
