import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls, { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { LoaderError } from '../../errors.ts';

/** To read a bundle of all the world's authorities takes 50 ms of CPU, and several clients need it. */
const made = new Map<string, SecureContext>();

/**
 * Whom to trust on the way to AWS, as the AWS CLI has it: the authorities in the file AWS_CA_BUNDLE take the place of the
 * built-in ones. Those in NODE_EXTRA_CA_CERTS are trusted besides, as everywhere in Node. On the way to the web, that is, to
 * whatever else is reached by HTTPS, the built-in authorities are trusted as well.
 * @returns undefined where AWS_CA_BUNDLE is not set: Node's own rules hold then.
 * @throws LoaderError USAGE where the bundle cannot be read or holds no certificate.
 */
export function awsTrust(env: NodeJS.ProcessEnv, whose: 'aws' | 'web' = 'aws'): SecureContext | undefined {
  const { AWS_CA_BUNDLE: bundle, NODE_EXTRA_CA_CERTS: extra } = env;
  if (!bundle) return undefined;
  const key = JSON.stringify([whose, bundle, extra]);
  let context = made.get(key);
  if (context === undefined) {
    const certificates = new Set([...(whose === 'web' ? builtIn() : []), ...readBundle(bundle)]);
    for (const one of readExtra(extra)) if (!certificates.has(one) && isCertificate(one)) certificates.add(one);
    context = createSecureContext({ ca: [...certificates] });
    made.set(key, context);
  }
  return context;
}

function readBundle(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw badBundle(`the file that AWS_CA_BUNDLE names cannot be read (${code}): ${file}`);
  }
  const certificates = certificatesIn(text);
  if (certificates.length === 0) throw badBundle(`the file that AWS_CA_BUNDLE names holds no certificate: ${file}`);
  const bad = certificates.findIndex((one) => !isCertificate(one));
  if (bad >= 0) throw badBundle(`certificate ${bad + 1} in the file that AWS_CA_BUNDLE names is damaged: ${file}`);
  return certificates;
}

function badBundle(message: string): LoaderError {
  return new LoaderError('USAGE', message, {
    hint: 'Let AWS_CA_BUNDLE name a PEM file with certificates of authorities, or unset it.',
  });
}

/** Node reads this file itself, but forgets it where authorities are given; one it cannot use, it passes over. */
function readExtra(file: string | undefined): string[] {
  if (!file) return [];
  try {
    return certificatesIn(readFileSync(file, 'latin1'));
  } catch {
    return [];
  }
}

function certificatesIn(text: string): string[] {
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

/** Those Node trusts by itself; from 22.15 on it can say so, with what `--use-system-ca` adds. */
function builtIn(): readonly string[] {
  const ask: unknown = Reflect.get(tls, 'getCACertificates');
  return typeof ask === 'function' ? (ask as () => string[])() : rootCertificates;
}
