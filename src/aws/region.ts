/** Like the AWS CLI: AWS_DEFAULT_REGION, which the SDK ignores, takes precedence over the region of the profile. */
export function regionOfEnvironment(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
}
