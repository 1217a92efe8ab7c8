using System.Security.Cryptography;
using Buildx.Engine.Frontends;
using Buildx.Engine.Operations;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Protocol.Gateway;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Sources;

/// <summary>What a source is at the moment: an image's digest and config, a branch's commit, the checksum of what a URL has.</summary>
internal sealed class SourceDescriptions(ImageSource images, GitSource git, HttpSource downloads, IStorage storage, TimeProvider time)
{
    private const int BufferSize = 128 << 10;

    private readonly FetchedSources _fetched = new(storage, time);

    /// <summary>Sources of other kinds, such as a client's directories, are described by themselves alone.</summary>
    /// <exception cref="SourceException">It is not there.</exception>
    public async Task<ResolveSourceMetaResponse> DescribeAsync(ResolveSourceMetaRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        var response = new ResolveSourceMetaResponse { Source = request.Source };
        switch (request.Source.Identifier.Split("://")[0])
        {
            case "docker-image" or "oci-layout":
                response.Image = await DescribeImageAsync(request, job, cancellationToken);
                break;
            case "git":
                response.Git = await DescribeCommitAsync(request, job, cancellationToken);
                break;
            case "http" or "https":
                response.HTTP = await DescribeDownloadAsync(request, job, cancellationToken);
                break;
        }
        return response;
    }

    /// <summary>The image itself, as far as it can be known without its layers.</summary>
    public Task<ResolvedImage> ResolveImageAsync(ImageSourceRequest source, BuildJob job, CancellationToken cancellationToken) => source.Layout is { } layout
        ? images.ResolveAsync(source, LayoutOrigin.Find(BuildContext.For(job), layout), job.Tags, job.Lease, cancellationToken)
        : images.ResolveAsync(source, SessionCredentials.For(job.Session), job.Tags, job.Lease, cancellationToken);

    private async Task<ResolveSourceImageResponse> DescribeImageAsync(ResolveSourceMetaRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        if (request.Image is { AttestationChain: true } or { ResolveAttestations.Count: > 0 })
            throw new NotSupportedException("the attestations of a source image can't be asked for in this version");
        var platform = request.Platform is { OS.Length: > 0 } given ? PlatformMessage.Read(given).Normalize() : Platform.Host;
        var source = ImageSourceRequest.Parse(request.Source.Identifier, request.Source.Attrs, platform);
        var image = await ResolveImageAsync(source, job, cancellationToken);
        var response = new ResolveSourceImageResponse { Digest = image.Digest.Value };
        if (request.Image is not { NoConfig: true })
            response.Config = ByteString.CopyFrom(image.ConfigJson);
        return response;
    }

    private async Task<ResolveSourceGitResponse> DescribeCommitAsync(ResolveSourceMetaRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        var source = GitSourceRequest.Parse(request.Source.Identifier, request.Source.Attrs);
        var commit = await git.ResolveAsync(source, BuildContext.For(job), null, cancellationToken);
        var response = new ResolveSourceGitResponse
        {
            Checksum = commit.Object,
            Ref = commit.Reference,
            // Of an annotated tag, which is an object of its own.
            CommitChecksum = commit.Commit == commit.Object ? "" : commit.Commit,
        };
        if (request.Git is { ReturnObject: true })
        {
            var (commitObject, tagObject) = await git.ReadObjectsAsync(source, commit, BuildContext.For(job), cancellationToken);
            response.CommitObject = ByteString.CopyFrom(commitObject);
            response.TagObject = ByteString.CopyFrom(tagObject);
        }
        return response;
    }

    private async Task<ResolveSourceHTTPResponse> DescribeDownloadAsync(ResolveSourceMetaRequest request, BuildJob job, CancellationToken cancellationToken)
    {
        var source = HttpSourceRequest.Parse(request.Source.Identifier, request.Source.Attrs);
        var (file, tree) = await downloads.ResolveAsync(source, BuildContext.For(job), null, _fetched.Find, cancellationToken);
        if (tree is not null)
        {
            // Who asks will most likely want the file next.
            _fetched.Save(source.Identify(file), tree, source.ToString(), RecordType.Regular);
            job.Lease.TryProtect(tree);
        }
        var response = new ResolveSourceHTTPResponse { Checksum = file.Content.Value, Filename = file.Name };
        if (file.Modified is { } modified)
            response.LastModified = Timestamp.FromDateTimeOffset(modified);
        if (request.HTTP?.ChecksumRequest is { } asked)
        {
            tree ??= _fetched.Find(source.Identify(file)) ?? await downloads.FetchAsync(source, file, BuildContext.For(job), null, cancellationToken);
            response.ChecksumResponse = new ChecksumResponse { Digest = await HashAsync(tree, file.Name, asked, cancellationToken), Suffix = asked.Suffix };
        }
        return response;
    }

    /// <summary>The digest of a file followed by something else, which is what signatures of files are made over.</summary>
    private async Task<string> HashAsync(Snapshot tree, string name, ChecksumRequest asked, CancellationToken cancellationToken)
    {
        var (prefix, algorithm) = asked.Algo switch
        {
            ChecksumRequest.Types.ChecksumAlgo.Sha256 => ("sha256", HashAlgorithmName.SHA256),
            ChecksumRequest.Types.ChecksumAlgo.Sha384 => ("sha384", HashAlgorithmName.SHA384),
            ChecksumRequest.Types.ChecksumAlgo.Sha512 => ("sha512", HashAlgorithmName.SHA512),
            var other => throw new NotSupportedException($"checksums of the kind {other} are not known"),
        };
        using var hash = IncrementalHash.CreateHash(algorithm);
        await using var mounted = await storage.Layers.MountAsync(tree, null, cancellationToken);
        await using var file = File.OpenRead(Path.Combine(mounted.Path, name));
        var buffer = new byte[BufferSize];
        while (await file.ReadAsync(buffer, cancellationToken) is var count and > 0)
            hash.AppendData(buffer, 0, count);
        hash.AppendData(asked.Suffix.Span);
        return $"{prefix}:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }
}
