/** Undefined values come from the AWS default chain: AWS_* variables, profile files, instance metadata. */
export interface AwsSettings {
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
}
