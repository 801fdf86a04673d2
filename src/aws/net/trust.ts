import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { LoaderError } from '../../errors.ts';

/** Cached by their files: parsing a bundle of all public authorities takes 50 ms of CPU, and several clients need it. */
const contexts = new Map<string, SecureContext>();

/**
 * Returns the TLS context with the trusted certificate authorities. As in the AWS CLI, those in the file AWS_CA_BUNDLE replace
 * the built-in ones for AWS. For the web (`http(s)://` sources) they are added to the built-in ones. Those in
 * NODE_EXTRA_CA_CERTS are always trusted, as everywhere in Node.
 * @returns undefined if AWS_CA_BUNDLE is not set: the defaults of Node apply.
 * @throws LoaderError USAGE if the bundle cannot be read or contains no certificate.
 */
export function trustedAuthorities(env: NodeJS.ProcessEnv, target: 'aws' | 'web' = 'aws'): SecureContext | undefined {
  const { AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra } = env;
  if (!bundle) return undefined;
  const key = JSON.stringify([target, bundle, extra]);
  let context = contexts.get(key);
  if (context === undefined) {
    const certificates = new Set([...(target === 'web' ? builtInCertificates() : []), ...readBundle(bundle)]);
    for (const one of readExtra(extra)) if (!certificates.has(one) && isCertificate(one)) certificates.add(one);
    context = tls().createSecureContext({ ca: [...certificates] });
    contexts.set(key, context);
  }
  return context;
}

function readBundle(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw invalidBundle(`cannot read the AWS_CA_BUNDLE file ${file} (${code})`);
  }
  const certificates = findCertificates(text);
  if (certificates.length === 0) throw invalidBundle(`the AWS_CA_BUNDLE file ${file} contains no certificate`);
  const damaged = certificates.findIndex((one) => !isCertificate(one));
  if (damaged >= 0) throw invalidBundle(`certificate ${damaged + 1} in the AWS_CA_BUNDLE file ${file} is damaged`);
  return certificates;
}

function invalidBundle(message: string): LoaderError {
  return new LoaderError('USAGE', message, {
    hint: 'Set AWS_CA_BUNDLE to a PEM file with CA certificates, or unset it.',
  });
}

/** Node reads this file itself, but ignores it once `ca` is set. Like Node, this skips a file that cannot be used. */
function readExtra(file: string | undefined): string[] {
  if (!file) return [];
  try {
    return findCertificates(readFileSync(file, 'latin1'));
  } catch {
    return [];
  }
}

function findCertificates(text: string): string[] {
  return text.match(/-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g) ?? [];
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Returns the certificates that Node trusts by default; since 22.15 including those of `--use-system-ca`. */
function builtInCertificates(): readonly string[] {
  const getCertificates: unknown = Reflect.get(tls(), 'getCACertificates');
  return typeof getCertificates === 'function' ? (getCertificates as () => string[])() : tls().rootCertificates;
}

/** Loaded only if it is used: most runs have no AWS_CA_BUNDLE, and some no TLS. */
function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls');
}
