using System.Net;
using System.Text.RegularExpressions;

namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>Where a bucket's objects are: below its name as a path, or at a host that is named after it.</summary>
internal sealed partial class BucketAddress
{
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _root;

    private BucketAddress(string bucket, Uri server, bool inPath)
    {
        Bucket = bucket;
        var path = server.AbsolutePath.TrimEnd('/');
        _root = inPath
            ? $"{server.Scheme}://{server.Authority}{path}/{AwsSignature.Encode(bucket)}"
            : $"{server.Scheme}://{bucket}.{server.Authority}{path}";
        Name = $"s3://{bucket} at {server.Authority}";
    }

    public string Bucket { get; }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <exception cref="CacheTransferException"/>
    public static BucketAddress Create(CacheAttributes attributes, string bucket, string region)
    {
        if (bucket.AsSpan().ContainsAny("/?#\\ ") || !Region().IsMatch(region))
            throw bucket.AsSpan().ContainsAny("/?#\\ ") ? attributes.Invalid("bucket", bucket, "a bucket's name") : attributes.Invalid("region", region, "a region, e.g. eu-west-1");
        if (attributes.Text("endpoint_url") is not { } text)
            return new BucketAddress(bucket, new Uri($"https://s3.{region}.{DomainOf(region)}"), inPath: !HostName().IsMatch(bucket) || bucket.Contains('.'));
        if (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
            throw attributes.Invalid("endpoint_url", endpoint is { UserInfo.Length: > 0 } ? "…" : text, "an address, e.g. https://s3.example.com; keys have attributes of their own");
        return new BucketAddress(
            bucket, endpoint, inPath: (attributes.Flag("use_path_style") ?? false) || IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out _) || !HostName().IsMatch(bucket));
    }

    /// <param name="query">Encoded and sorted.</param>
    public Uri Of(string key, string query = "") =>
        new($"{_root}/{string.Join('/', key.Split('/').Select(AwsSignature.Encode))}{(query.Length > 0 ? "?" + query : "")}", AsIs);

    /// <summary>An object as the source of a copy.</summary>
    public string SourceOf(string key) => $"{AwsSignature.Encode(Bucket)}/{string.Join('/', key.Split('/').Select(AwsSignature.Encode))}";

    private static string DomainOf(string region) => region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex HostName();

    [GeneratedRegex("^[A-Za-z0-9-]+$")]
    private static partial Regex Region();
}
