using Buildx.Protocol.ContentStore;
using Buildx.Protocol.ControlApi;
using Buildx.Protocol.FileSync;
using Grpc.Core;

namespace Buildx.Protocol.Sessions;

/// <summary>The services of a session that carry plain bytes: what both sides must know of them.</summary>
public static class SessionStreams
{
    /// <summary>The client sends a file that is no file of its disk: the build context on its standard input.</summary>
    public const string UploadMethod = "/moby.upload.v1.Upload/Pull";

    /// <summary>The client connects to an ssh agent.</summary>
    public const string ForwardAgentMethod = "/moby.sshforward.v1.SSH/ForwardAgent";

    public const string CheckAgentMethod = "/moby.sshforward.v1.SSH/CheckAgent";

    /// <summary>The client reads a blob of one of its OCI layouts.</summary>
    public const string ContentReadMethod = "/containerd.services.content.v1.Content/Read";

    public const string ContentInfoMethod = "/containerd.services.content.v1.Content/Info";

    /// <summary>The header that says which of the client's layouts.</summary>
    public const string ContentStoreKey = "buildkit-attachable-store-id";

    /// <summary>Begins the value of <see cref="ContentStoreKey"/> for a layout that is an input; behind it, how the build calls the layout.</summary>
    public const string LayoutStorePrefix = "oci:";

    /// <summary>Begins the value of <see cref="ContentStoreKey"/> for a directory with cache; behind it, the directory.</summary>
    public const string CacheStorePrefix = "local:";

    /// <summary>The value of <see cref="ContentStoreKey"/> for the directory that an output goes to: BuildKit knows one for each build.</summary>
    public const string ExportStore = "export";

    public const string ContentWriteMethod = "/containerd.services.content.v1.Content/Write";

    /// <summary>The host of URLs that stand for what a client uploads.</summary>
    public const string UploadHost = "buildkit-session";

    /// <summary>The header that says which upload: the URL's path.</summary>
    public const string UploadPathKey = "urlpath";

    /// <summary>The header that says which agent; without it the client's <see cref="DefaultAgent"/>.</summary>
    public const string AgentIdKey = "buildkit.ssh.id";

    public const string DefaultAgent = "default";

    // All of them declare a BytesMessage of their own, with the same single field.
    private static readonly Marshaller<BytesMessage> Bytes = FileSyncCalls.CreateMarshaller(BytesMessage.Parser);

    private static readonly Method<BytesMessage, BytesMessage> Upload = new(MethodType.DuplexStreaming, "moby.upload.v1.Upload", "Pull", Bytes, Bytes);

    private static readonly Method<BytesMessage, BytesMessage> ForwardAgent =
        new(MethodType.DuplexStreaming, "moby.sshforward.v1.SSH", "ForwardAgent", Bytes, Bytes);

    /// <summary>The daemon reads an upload.</summary>
    public static Stream OpenUpload(CallInvoker session, Uri url, CancellationToken cancellationToken) => SessionTunnelStream.FromClientCall(session.AsyncDuplexStreamingCall(
        Upload, null, new CallOptions(new Metadata { { UploadPathKey, url.AbsolutePath }, { "urlhost", url.Host } }, cancellationToken: cancellationToken)));

    /// <summary>The daemon reads a blob. What comes is not verified.</summary>
    public static Stream OpenContent(CallInvoker session, string store, ReadContentRequest request, CancellationToken cancellationToken) => new ContentStream(
        new Content.ContentClient(session).Read(request, new Metadata { { ContentStoreKey, store } }, cancellationToken: cancellationToken));

    /// <summary>The daemon makes one more connection to an agent.</summary>
    public static Stream OpenAgent(CallInvoker session, string id, CancellationToken cancellationToken) => SessionTunnelStream.FromClientCall(
        session.AsyncDuplexStreamingCall(ForwardAgent, null, new CallOptions(new Metadata { { AgentIdKey, id } }, cancellationToken: cancellationToken)));
}
