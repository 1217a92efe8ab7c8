using System.Globalization;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Engine.Server.Configuration;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>The attributes of <c>type=s3</c>.</summary>
/// <param name="Address">Where the bucket's objects are.</param>
/// <param name="TouchAfter">Blobs that are older than this are made new, so that rules of the bucket do not expire them.</param>
/// <param name="IsAdaptive"><c>retry_mode=adaptive</c>.</param>
internal sealed record S3Options(
    BucketAddress Address,
    string Region,
    AwsCredentials Credentials,
    TimeSpan TouchAfter,
    int UploadParallelism,
    int Attempts,
    bool IsAdaptive)
{
    private const int DefaultAttempts = 3;

    /// <summary>Content that is longer is sent in parts, of this size or more.</summary>
    public long PartSize { get; init; } = 32L << 20;

    /// <exception cref="CacheTransferException">An attribute is missing or makes no sense.</exception>
    public static (S3Options Options, ObjectNames Names) Read(CacheAttributes attributes, AwsProfiles profiles, Func<string, string?> environment)
    {
        var bucket = attributes.Text("bucket") ?? environment("AWS_BUCKET") ?? attributes.Required("bucket");
        var region = attributes.Text("region") ?? profiles.FindRegion() ?? attributes.Required("region");
        var options = new S3Options(
            BucketAddress.Create(attributes, bucket, region),
            region,
            ReadCredentials(attributes, profiles),
            ReadDuration(attributes, "touch_refresh", TimeSpan.FromDays(1)),
            ReadCount(attributes, "upload_parallelism", 4),
            ReadCount(attributes, "retry_max_attempts", DefaultAttempts),
            attributes.Choice("retry_mode", false, ("standard", false), ("adaptive", true)));
        // Nothing here asks for a compressed answer, so that there is nothing to switch off.
        _ = attributes.Flag("disable_accept_encoding");
        var prefix = attributes.Text("prefix") ?? "";
        return (options, new ObjectNames(
            ObjectNames.ReadNames(attributes), prefix + attributes.TextOrEmpty("manifests_prefix", "manifests/"), prefix + attributes.TextOrEmpty("blobs_prefix", "blobs/")));
    }

    private static AwsCredentials ReadCredentials(CacheAttributes attributes, AwsProfiles profiles) =>
        (attributes.Text("access_key_id"), attributes.Text("secret_access_key")) switch
        {
            ({ } id, { } secret) => new AwsCredentials(id, secret, attributes.Text("session_token")),
            (null, null) => profiles.FindCredentials() ?? throw new CacheTransferException(
                $"{attributes.Purpose} type=s3: there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws/credentials (roles of machines and single sign-on are not looked for)"),
            (null, _) => throw new CacheTransferException($"{attributes.Purpose} type=s3: secret_access_key is given without access_key_id"),
            (_, null) => throw new CacheTransferException($"{attributes.Purpose} type=s3: access_key_id is given without secret_access_key"),
        };

    private static TimeSpan ReadDuration(CacheAttributes attributes, string key, TimeSpan fallback) =>
        attributes.Text(key) is not { } text ? fallback
        : ConfigurationUnits.TryParseDuration(text, out var duration) ? duration
        : throw attributes.Invalid(key, text, "a duration, e.g. 24h");

    private static int ReadCount(CacheAttributes attributes, string key, int fallback) =>
        attributes.Text(key) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw attributes.Invalid(key, text, "a number from 1");
}
