import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type _Error as DeleteFailure,
  type S3Client,
} from '@aws-sdk/client-s3';
import { LoaderError } from '../../../errors.ts';
import { makeSender } from '../aws-call.ts';

/**
 * Deletes all object versions, delete markers and incomplete multipart uploads of a bucket.
 * @throws LoaderError ACCESS_DENIED or REQUEST_REFUSED if an object cannot be deleted
 */
export async function emptyBucket(s3: S3Client, at: { Bucket: string; ExpectedBucketOwner: string }): Promise<void> {
  const send = makeSender(s3, `bucket ${at.Bucket}`);
  // Always lists the first page: the objects listed before are deleted.
  for (;;) {
    const page = await send('s3:ListBucketVersions', new ListObjectVersionsCommand(at));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    const objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (objects.length === 0) break;
    const command = new DeleteObjectsCommand({ ...at, Delete: { Objects: objects, Quiet: true } });
    const { Errors: [failed] = [] } = await send('s3:DeleteObject', command);
    if (failed !== undefined) throw toDeleteError(at.Bucket, failed);
  }
  for (;;) {
    const command = new ListMultipartUploadsCommand(at);
    const { Uploads: uploads = [] } = await send('s3:ListBucketMultipartUploads', command);
    if (uploads.length === 0) return;
    for (const { Key, UploadId } of uploads) {
      const abort = new AbortMultipartUploadCommand({ ...at, Key, UploadId });
      await send('s3:AbortMultipartUpload', abort, { ignore: ['NoSuchUpload'] });
    }
  }
}

function toDeleteError(bucket: string, { Code: code, Key: key, Message: message }: DeleteFailure): LoaderError {
  const isDenied = code === 'AccessDenied';
  return new LoaderError(
    isDenied ? 'ACCESS_DENIED' : 'REQUEST_REFUSED',
    `s3:DeleteObject on s3://${bucket}/${key ?? ''} failed: ${code ?? ''} ${message ?? ''}`,
    {
      hint: isDenied ? 'Allow s3:DeleteObject and s3:DeleteObjectVersion on all objects of the bucket.' : undefined,
    },
  );
}
