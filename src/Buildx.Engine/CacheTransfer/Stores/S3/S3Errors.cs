using System.Net;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>S3's errors, which are small XML documents.</summary>
internal sealed class S3Errors(BucketAddress address) : IStoreErrors
{
    public StoreError Read(HttpResponseMessage response, string body) => Read(response.StatusCode, body);

    public static StoreError Read(HttpStatusCode status, string body) =>
        new(status, XmlAnswer.Element(body, "Code") ?? "", XmlAnswer.Element(body, "Message") ?? "");

    public string? Advise(StoreError error) => error.Code switch
    {
        "NoSuchBucket" => $"Make the bucket {address.Bucket}, or name another one with bucket=",
        "InvalidAccessKeyId" => "Check access_key_id, or AWS_ACCESS_KEY_ID",
        "SignatureDoesNotMatch" => "Check secret_access_key, or AWS_SECRET_ACCESS_KEY",
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => "The session_token has expired or is wrong: get new credentials",
        "RequestTimeTooSkewed" => "Set this machine's clock",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => "Check region=: the bucket is in another one",
        "AccessDenied" => "The key may not do this: it needs s3:GetObject, s3:PutObject, s3:ListBucket and s3:AbortMultipartUpload here",
        _ when error.Status == HttpStatusCode.Forbidden => "Check the credentials, and what they may do with this bucket",
        _ when error.Status is HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect => "Check region= and endpoint_url=: the bucket is somewhere else",
        _ => null,
    };
}
