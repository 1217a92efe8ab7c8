using Buildx.Engine.CacheTransfer;
using Buildx.Engine.Operations.Files;
using Buildx.Engine.Solving;
using Buildx.Engine.Sources.Image;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using Buildx.Protocol.SourcePolicies;

namespace Buildx.Engine.Frontends;

/// <summary>What a frontend may ask of the build it works for. LLBBridge is the same over gRPC.</summary>
internal interface IFrontendBridge
{
    string SessionId { get; }

    /// <summary>The build itself, for what runs in its name.</summary>
    BuildContext Build { get; }

    /// <summary>What this engine can run, native first.</summary>
    IReadOnlyList<Oci.Platform> WorkerPlatforms { get; }

    /// <summary>A reference to the graph's result. Nothing runs before somebody needs the content.</summary>
    /// <param name="policies">Which sources it may have, beside what the build's own policy says.</param>
    Task<IBuildReference> ReferenceAsync(Definition definition, CancellationToken cancellationToken, IReadOnlyCollection<Policy>? policies = null);

    /// <summary>What a source is at the moment.</summary>
    Task<ResolveSourceMetaResponse> DescribeSourceAsync(ResolveSourceMetaRequest request, CancellationToken cancellationToken);

    Task<ResolvedImageConfig> ResolveImageConfigAsync(
        ImageReference reference, Oci.Platform platform, ImageResolveMode mode, string logName, CancellationToken cancellationToken,
        IReadOnlyCollection<Policy>? policies = null);

    /// <summary>The config of an image of a client's OCI layout.</summary>
    Task<ResolvedImageConfig> ResolveLayoutConfigAsync(ImageReference reference, LayoutStore layout, Oci.Platform platform, string logName, CancellationToken cancellationToken);

    /// <summary>For statements about the result: which frontend was asked what.</summary>
    void RememberRequest(string frontend, IReadOnlyDictionary<string, string> options);

    /// <summary>Lets the build use caches of other builders.</summary>
    void ImportCaches(IReadOnlyList<CacheRequest> caches);

    /// <summary>A warning shown with the build, e.g. a lint rule's.</summary>
    void Warn(FrontendWarning warning);

    /// <summary>Shows a step of the frontend's own (e.g. <c>[internal] load build definition from Dockerfile</c>) around the work.</summary>
    Task<T> StepAsync<T>(string name, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}

/// <summary>A graph's result that can be read from while the build goes on.</summary>
internal interface IBuildReference
{
    Definition Definition { get; }

    /// <summary>What the graph's result is called; null for an empty tree.</summary>
    LlbOutput? Output { get; }

    Task<Snapshot> EvaluateAsync(CancellationToken cancellationToken);

    /// <summary>The result's tree, made by now; null for an empty one.</summary>
    Task<OutputTree?> GetTreeAsync(CancellationToken cancellationToken);

    /// <summary>The whole tree, to be read until it is disposed.</summary>
    ValueTask<IOpenTree> OpenAsync(CancellationToken cancellationToken);

    /// <returns>Null when there is no such file.</returns>
    Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken);

    /// <summary>How a file begins, however large it is; null when there is no such file.</summary>
    Task<byte[]?> ReadStartAsync(string path, int length, CancellationToken cancellationToken);

    /// <summary>Names of the entries of a directory, sorted; null when there is no such directory.</summary>
    Task<IReadOnlyList<string>?> ReadDirectoryAsync(string path, CancellationToken cancellationToken);
}

internal enum ImageResolveMode { Default, Pull, Local }

/// <param name="ConfigJson">The raw image config.</param>
internal sealed record ResolvedImageConfig(Digest Digest, byte[] ConfigJson);

/// <param name="Source">The file the ranges point into, null for none.</param>
internal sealed record FrontendWarning(
    string Message, IReadOnlyList<string> Detail, string? Url, SourceInfo? Source, IReadOnlyList<Protocol.Pb.Range> Ranges, string? Digest = null, int Level = 1);

/// <summary>A frontend turns a request into graphs, one per platform.</summary>
internal interface IFrontend
{
    Task<FrontendResult> SolveAsync(FrontendRequest request, IFrontendBridge bridge, CancellationToken cancellationToken);
}

/// <param name="Options">Frontend attributes as the client sent them (inventory §9).</param>
/// <param name="Inputs">Graphs that the client passed as named inputs.</param>
internal sealed record FrontendRequest(
    IReadOnlyDictionary<string, string> Options, IReadOnlyDictionary<string, Definition> Inputs);

/// <param name="References">One per platform, in the order asked; the id is the platform (<c>linux/arm/v7</c>), or empty for a single result.</param>
internal sealed record FrontendResult(
    IReadOnlyList<FrontendReference> References, bool IsMultiPlatform, IReadOnlyDictionary<string, byte[]> Metadata);

/// <param name="Reference">Null for an empty image (<c>FROM scratch</c> with nothing in it).</param>
internal sealed record FrontendReference(string Id, Oci.Platform Platform, IBuildReference? Reference, byte[]? ConfigJson);

/// <summary>
/// A build that cannot go on because of what the user gave. The message says what, where and what to do next;
/// it reaches the user as it is.
/// </summary>
internal sealed class FrontendException(string message, SourceInfo? source = null, IReadOnlyList<Protocol.Pb.Range>? ranges = null, Exception? inner = null)
    : Exception(message, inner)
{
    public SourceInfo? SourceFile { get; } = source;

    /// <summary>What was asked of a frontend that cannot do it, by BuildKit's name for it.</summary>
    public string? UnsupportedCapability { get; init; }

    public IReadOnlyList<Protocol.Pb.Range> Ranges { get; } = ranges ?? [];
}
