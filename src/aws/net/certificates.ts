import { LoaderError } from '../../errors.ts';

const certificateErrors: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether a TLS error code of Node means that the certificate was rejected. Nothing was sent in that case. */
export function isCertificateError(code: string): boolean {
  return certificateErrors.has(code);
}

/** @param place Host and port, without any other part of the URL. */
export function untrustedCertificateError(place: string, code: string): LoaderError {
  return new LoaderError('ENDPOINT_UNREACHABLE', `the certificate of ${place} is not trusted (${code})`, {
    hint: 'Set AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS to the certificates of your private CA.',
  });
}
