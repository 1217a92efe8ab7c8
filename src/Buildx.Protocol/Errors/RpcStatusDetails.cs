using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Buildx.Protocol.Errors;

/// <summary>
/// What an error of BuildKit's API tells beside its message: where in which file it comes from, which vertex failed, and so on.
/// It travels as <c>google.rpc.Status</c> in the trailer <c>grpc-status-details-bin</c>, each detail as JSON under a type URL.
/// </summary>
public sealed record RpcStatusDetails
{
    private const string Trailer = "grpc-status-details-bin";
    private const string TypeUrlPrefix = "github.com/moby/buildkit/";

    public static RpcStatusDetails None { get; } = new();

    /// <summary>Places in source files, the innermost first.</summary>
    public IReadOnlyList<Source> Sources { get; init; } = [];

    /// <summary>The vertex that failed.</summary>
    public string? VertexDigest { get; init; }

    /// <summary>The operation that failed, and which part of it.</summary>
    public Solve? Solve { get; init; }

    /// <summary>Which program failed.</summary>
    public Stack? Stack { get; init; }

    /// <summary>The frontend's subrequest that isn't supported.</summary>
    public string? UnsupportedSubrequest { get; init; }

    /// <summary>The frontend's capability that isn't supported.</summary>
    public string? UnsupportedFrontendCapability { get; init; }

    /// <summary>Why the client's own policy denies a source.</summary>
    public IReadOnlyList<string> DenyMessages { get; init; } = [];

    /// <summary>Details that came from elsewhere and go on as they are.</summary>
    public IReadOnlyList<Any> Others { get; init; } = [];

    /// <summary>The details of an error that a call has thrown.</summary>
    public static RpcStatusDetails Read(RpcException exception) => Read(exception.Trailers.GetValueBytes(Trailer));

    /// <param name="status">A serialised <c>google.rpc.Status</c>.</param>
    public static RpcStatusDetails Read(byte[]? status)
    {
        if (status is null)
            return None;
        var result = None;
        try
        {
            foreach (var detail in Status.Parser.ParseFrom(status).Details)
                result = Add(result, detail);
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or System.Text.Json.JsonException)
        {
            // The message says what happened; details only help.
        }
        return result;
    }

    /// <summary>The operation that failed, also when it came from elsewhere: the last one that names mounts, if any does.</summary>
    public Solve? FindSolve()
    {
        var found = Solve;
        foreach (var detail in Others.Where(other => other.TypeUrl == TypeUrlPrefix + "errdefs.Solve+json"))
        {
            try
            {
                var solve = DetailJson.ReadSolve(detail.Value);
                if (found is null || solve.MountIDs.Count > 0)
                    found = solve;
            }
            catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException)
            {
                // The message says what happened; details only help.
            }
        }
        return found;
    }

    /// <summary>An error that a call has thrown, whole, as a build record keeps it.</summary>
    public static Status ToStatus(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        try
        {
            if (exception.Trailers.GetValueBytes(Trailer) is { } status)
                return Errors.Status.Parser.ParseFrom(status);
        }
        catch (InvalidProtocolBufferException)
        {
            // The message says what happened; details only help.
        }
        return new Status { Code = (int)exception.StatusCode, Message = exception.Status.Detail };
    }

    /// <summary>An error with these details, for a server to throw.</summary>
    public RpcException ToException(StatusCode code, string message)
    {
        var details = ToDetails().ToList();
        var trailers = new Metadata();
        if (details.Count > 0)
        {
            var status = new Status { Code = (int)code, Message = message };
            status.Details.AddRange(details);
            trailers.Add(Trailer, status.ToByteArray());
        }
        return new RpcException(new Grpc.Core.Status(code, message), trailers, message);
    }

    /// <summary>As parts of a <c>google.rpc.Status</c>, e.g. of a build record.</summary>
    public IEnumerable<Any> ToDetails()
    {
        foreach (var source in Sources)
            yield return Detail("errdefs.Source+json", DetailJson.Write(source));
        if (VertexDigest is not null)
            yield return Detail("errdefs.Vertex+json", DetailJson.Write("digest", VertexDigest));
        if (Solve is not null)
            yield return Detail("errdefs.Solve+json", DetailJson.Write(Solve));
        if (Stack is not null)
            yield return Detail("stack.Stack+json", DetailJson.Write(Stack));
        if (UnsupportedSubrequest is not null)
            yield return Detail("errdefs.Subrequest+json", DetailJson.Write("name", UnsupportedSubrequest));
        if (UnsupportedFrontendCapability is not null)
            yield return Detail("errdefs.FrontendCap+json", DetailJson.Write("name", UnsupportedFrontendCapability));
        if (DenyMessages.Count > 0)
            yield return Detail("policysession.DecisionResponse+json", DetailJson.WriteDenial(DenyMessages));
        foreach (var other in Others)
            yield return other;
    }

    private static RpcStatusDetails Add(RpcStatusDetails details, Any detail)
    {
        var name = detail.TypeUrl.StartsWith(TypeUrlPrefix, StringComparison.Ordinal) ? detail.TypeUrl[TypeUrlPrefix.Length..] : "";
        return name switch
        {
            "errdefs.Source+json" => details with { Sources = [.. details.Sources, DetailJson.ReadSource(detail.Value.Memory)] },
            "errdefs.Vertex+json" => details with { VertexDigest = DetailJson.ReadString(detail.Value.Memory, "digest") },
            "errdefs.Subrequest+json" => details with { UnsupportedSubrequest = DetailJson.ReadString(detail.Value.Memory, "name") },
            "errdefs.FrontendCap+json" => details with { UnsupportedFrontendCapability = DetailJson.ReadString(detail.Value.Memory, "name") },
            "policysession.DecisionResponse+json" => details with { DenyMessages = [.. details.DenyMessages, .. DetailJson.ReadDenial(detail.Value.Memory)] },
            _ => details with { Others = [.. details.Others, detail] },
        };
    }

    private static Any Detail(string name, byte[] json) => new() { TypeUrl = TypeUrlPrefix + name, Value = ByteString.CopyFrom(json) };
}
