import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type _Error as Failed,
  type S3Client,
} from '@aws-sdk/client-s3';
import { LoaderError } from '../../../errors.ts';
import { askAbout } from '../aws-call.ts';

/**
 * Deletes all that is in a bucket: versions and their markers, and uploads that never came to an end.
 * @throws LoaderError ACCESS_DENIED … where something cannot be deleted
 */
export async function emptyBucket(s3: S3Client, at: { Bucket: string; ExpectedBucketOwner: string }): Promise<void> {
  const ask = askAbout(s3, `bucket ${at.Bucket}`);
  // From the beginning each time: what was listed is gone.
  for (;;) {
    const page = await ask('s3:ListBucketVersions', new ListObjectVersionsCommand(at));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    const objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (objects.length === 0) break;
    const command = new DeleteObjectsCommand({ ...at, Delete: { Objects: objects, Quiet: true } });
    const { Errors: [failed] = [] } = await ask('s3:DeleteObject', command);
    if (failed !== undefined) throw notDeleted(at.Bucket, failed);
  }
  for (;;) {
    const command = new ListMultipartUploadsCommand(at);
    const { Uploads: uploads = [] } = await ask('s3:ListBucketMultipartUploads', command);
    if (uploads.length === 0) return;
    for (const { Key, UploadId } of uploads) {
      const abort = new AbortMultipartUploadCommand({ ...at, Key, UploadId });
      await ask('s3:AbortMultipartUpload', abort, { absent: ['NoSuchUpload'] });
    }
  }
}

function notDeleted(bucket: string, { Code: code, Key: key, Message: message }: Failed): LoaderError {
  const isDenied = code === 'AccessDenied';
  return new LoaderError(
    isDenied ? 'ACCESS_DENIED' : 'REQUEST_REFUSED',
    `s3:DeleteObject on s3://${bucket}/${key ?? ''} failed: ${code ?? ''} ${message ?? ''}`,
    {
      hint: isDenied ? 'Allow s3:DeleteObject and s3:DeleteObjectVersion on all objects of the bucket.' : undefined,
    },
  );
}
