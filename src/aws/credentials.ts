export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Gives credentials that are valid now. With `forceRefresh` it looks for new ones even if it holds some that it believes to be good. */
export type CredentialsProvider = (options?: { forceRefresh?: boolean }) => Promise<Credentials>;
