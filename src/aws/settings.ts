/** Undefined means: as the AWS default chain has it (AWS_* variables, profile files, instance metadata). */
export interface AwsSettings {
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
}
