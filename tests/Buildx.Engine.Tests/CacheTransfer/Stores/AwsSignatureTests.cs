using System.Security.Cryptography;
using System.Text;
using Buildx.Engine.CacheTransfer.Stores.S3;

namespace Buildx.Engine.Tests.CacheTransfer.Stores;

/// <summary>The examples of AWS's documentation, "Signature Calculations for the Authorization Header".</summary>
public sealed class AwsSignatureTests
{
    private static readonly DateTimeOffset Time = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero);
    private static readonly UriCreationOptions AsIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    [Fact]
    public void A_read_of_a_range_is_signed_as_in_the_example()
    {
        using var request = Create(HttpMethod.Get, "/test.txt");
        request.Headers.TryAddWithoutValidation("Range", "bytes=0-9");

        Assert.EndsWith("host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", Sign(request, AwsSignature.EmptyPayload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_is_signed_with_its_content_as_in_the_example()
    {
        using var request = Create(HttpMethod.Put, "/" + AwsSignature.Encode("test$file.text"));
        request.Headers.TryAddWithoutValidation("Date", "Fri, 24 May 2013 00:00:00 GMT");
        request.Headers.TryAddWithoutValidation("x-amz-storage-class", "REDUCED_REDUNDANCY");

        var header = Sign(request, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("Welcome to Amazon S3."))));

        Assert.EndsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", header, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_is_signed_as_in_the_examples()
    {
        using var lifecycle = Create(HttpMethod.Get, "/?lifecycle");
        using var list = Create(HttpMethod.Get, "/?max-keys=2&prefix=J");

        Assert.EndsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", Sign(lifecycle, AwsSignature.EmptyPayload), StringComparison.Ordinal);
        Assert.EndsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", Sign(list, AwsSignature.EmptyPayload), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Create(HttpMethod method, string path) => new(method, new Uri("https://examplebucket.s3.amazonaws.com" + path, AsIs));

    private static string Sign(HttpRequestMessage request, string payload)
    {
        var credentials = new AwsCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", null);
        new AwsSignature(credentials, "us-east-1").Sign(request, payload, Time);
        return request.Headers.NonValidated["Authorization"].ToString();
    }
}
