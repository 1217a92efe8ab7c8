using Buildx.Oci;

namespace Buildx.Dockerfile.Tests.Conformance;

/// <summary>Every image is the one that the data was made with.</summary>
internal sealed class FixedImages : IImageMetadataResolver
{
    public Task<ImageMetadata> ResolveAsync(ImageReference reference, Platform platform, string stepName, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageMetadata(
            Digest.Parse("sha256:13178340b21d071beb734779d04e1e1bbbcf0ba58e24f20979d7203baa7b6a4c"),
            """
            {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"]},
             "rootfs":{"type":"layers","diff_ids":["sha256:0000000000000000000000000000000000000000000000000000000000000001"]},
             "history":[{"created":"2023-05-15T00:00:00Z","created_by":"/bin/sh -c #(nop) ADD file:0 in / "}]}
            """u8.ToArray()));
}
