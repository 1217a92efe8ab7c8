namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <param name="SessionToken">Of temporary credentials; null for lasting ones.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    // Whoever prints a record is not to print this.
    public override string ToString() => $"access key {AccessKeyId}";
}
