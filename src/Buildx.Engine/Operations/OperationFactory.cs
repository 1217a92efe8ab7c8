using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Exec;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Git;
using Buildx.Engine.Sources.Http;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Sources.Local;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Operations;

/// <summary>Turns a vertex into what carries it out.</summary>
internal sealed class OperationFactory(
    IStorage storage, ExecEnvironment exec, ImageSource images, ImageBlobSource blobs, LocalSource locals, GitSource git, HttpSource http, ContentHasher hasher, SolveGraph solve, TimeProvider time)
    : IOperationFactory
{
    private readonly FetchedSources _fetched = new(storage, time);
    private readonly CopyHistory _copies = new(time);

    public object Create(LlbVertex vertex)
    {
        var operation = vertex.Operation;
        return operation.OpCase switch
        {
            Op.OpOneofCase.Exec => new ExecOperation(operation.Exec, PlatformOf(operation), vertex.OutputCount, vertex.Metadata.LinuxResources, exec),
            Op.OpOneofCase.File => new FileVertexOperation(FileOperation.Parse(operation.File, vertex.Inputs.Count), hasher, _copies, storage),
            Op.OpOneofCase.Merge => new MergeOperation(storage),
            Op.OpOneofCase.Diff => new DiffOperation(operation.Diff, storage),
            Op.OpOneofCase.Passthrough => new PassthroughOperation(operation.Passthrough),
            Op.OpOneofCase.Build => new BuildOperation(operation.Build, solve),
            Op.OpOneofCase.Source => CreateSource(operation),
            _ => throw new NotSupportedException($"LLB operations of the kind {operation.OpCase} are not supported in this version"),
        };
    }

    private ISourceOperation CreateSource(Op operation)
    {
        var identifier = operation.Source.Identifier;
        var colon = identifier.IndexOf("://", StringComparison.Ordinal);
        return (colon < 0 ? identifier : identifier[..colon]) switch
        {
            "docker-image" or "oci-layout" => new ImageSourceOperation(
                ImageSourceRequest.Parse(identifier, operation.Source.Attrs, PlatformOf(operation)), images, storage.Layers),
            "docker-image+blob" or "oci-layout+blob" => new ImageBlobSourceOperation(ImageBlobRequest.Parse(identifier, operation.Source.Attrs), blobs, _fetched),
            "local" => CreateLocal(operation.Source),
            "git" => new GitSourceOperation(GitSourceRequest.Parse(identifier, operation.Source.Attrs), git, _fetched),
            "http" or "https" => new HttpSourceOperation(HttpSourceRequest.Parse(identifier, operation.Source.Attrs), http, _fetched),
            var scheme => throw new NotSupportedException($"sources of the kind {scheme}:// are not supported in this version"),
        };
    }

    private LocalSourceOperation CreateLocal(SourceOp source)
    {
        var attributes = source.Attrs.ToDictionary();
        var request = LocalSourceRequest.Parse(source.Identifier, attributes);
        // Who asks and how it is transferred makes no difference to what the tree is.
        using var identity = new KeyHash("local source").Add(source.Identifier);
        foreach (var (key, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            if (key is not ("local.session" or "local.unique"))
                identity.Add(key).Add(value);
        }
        return new LocalSourceOperation(request, identity.ToDigest().Value, locals);
    }

    private static Platform PlatformOf(Op operation) =>
        operation.Platform is { OS.Length: > 0 } platform ? PlatformMessage.Read(platform).Normalize() : Platform.Host;
}
