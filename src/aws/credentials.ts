export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Returns credentials that are valid now. `forceRefresh` ignores the cached credentials, even if they seem valid. */
export type CredentialsProvider = (options?: { forceRefresh?: boolean }) => Promise<Credentials>;
