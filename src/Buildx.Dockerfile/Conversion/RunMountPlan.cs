using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Dockerfile;

/// <summary>The mounts of one <c>RUN</c>.</summary>
internal sealed class RunMountPlan(ConversionContext context, StageNode node, PendingOutput buildContext, RunInstruction instruction)
{
    private readonly List<Func<ExecMount>> _mounts = [];
    private readonly List<ExecSecret> _secrets = [];
    private readonly List<ExecSshAgent> _agents = [];

    /// <param name="source">The stage that <c>from</c> names, null for none.</param>
    public void Add(RunMount mount, StageNode? source)
    {
        switch (mount.Type)
        {
            case RunMountType.Secret:
                AddSecret(mount);
                return;
            case RunMountType.Ssh:
                AddAgent(mount);
                return;
        }
        if (source is { Converted: false })
        {
            throw new InstructionException(
                $"cannot mount from stage \"{mount.From}\": it stands after this one; move it up");
        }
        var target = UnixPath.IsAbsolute(UnixPath.Clean(mount.Target)) ? mount.Target : UnixPath.Join("/", node.Directory, mount.Target);
        if (target == "/")
            throw new InstructionException($"a mount needs a target other than /{(mount.Target.Length == 0 ? ": target=/path" : "")}");
        if (mount.Type == RunMountType.Tmpfs)
        {
            _mounts.Add(() => new ExecMount.Tmpfs(target, mount.SizeLimit));
            return;
        }
        var isContext = mount.From is null && mount.Type == RunMountType.Bind;
        var files = isContext ? buildContext : source?.Output ?? PendingOutput.Empty;
        var path = UnixPath.Join("/", mount.Source);
        string? selector = path == "/" ? null : path;
        if (selector is null && (mount.UserId is not null || mount.GroupId is not null || mount.Mode is not null))
        {
            files = WithPermissions(mount, files);
            selector = "/cache";
        }
        (isContext ? node.ContextPaths : source?.Paths ?? []).Add(path);
        if (mount.Type == RunMountType.Bind)
        {
            _mounts.Add(() => new ExecMount.Bind(target, files.Value, selector, mount.ReadOnly, DiscardWrites: !mount.ReadOnly));
            return;
        }
        var id = context.Options.CacheNamespace + "/" + (mount.Id.Length > 0 ? mount.Id : UnixPath.Clean(mount.Target));
        var sharing = mount.Sharing switch
        {
            CacheSharing.Private => CacheSharingOpt.Private,
            CacheSharing.Locked => CacheSharingOpt.Locked,
            _ => CacheSharingOpt.Shared,
        };
        _mounts.Add(() => new ExecMount.Cache(target, id, sharing, files.Value, selector, mount.ReadOnly));
    }

    public void AddSharedMemory(long size) => _mounts.Add(() => new ExecMount.Tmpfs("/dev/shm", size));

    /// <summary>A here-document with <c>#!</c>: a file that is run itself.</summary>
    public void AddScript(HereDocument script)
    {
        var file = context.Graph.Add(() => new LlbFile(null)
            .MakeFile(script.Name, 0b111_101_101, ForeignBytes.Encode(script.Text))
            .ToOutput(new VertexOptions { Name = "[internal] preparing inline document" }));
        _mounts.Insert(0, () => new ExecMount.Bind("/dev/pipes/", file.Value, "/", ReadOnly: true));
    }

    public ExecSpecification Complete(ExecSpecification specification, LlbOutput? root) => specification with
    {
        Root = root,
        Mounts = _mounts.Count == 0 ? [] : _mounts.Select(mount => mount()).ToArray(),
        Secrets = _secrets,
        SshAgents = _agents,
    };

    private PendingOutput WithPermissions(RunMount mount, PendingOutput files) => context.Graph.Add(() => new LlbFile(files.Value)
        .MakeDirectory("/cache", (int)(mount.Mode ?? 0b111_101_101), owner: FileOwner.Numeric(mount.UserId ?? 0, mount.GroupId ?? 0))
        .ToOutput(new VertexOptions { Name = "[internal] setting cache mount permissions" }));

    private void AddSecret(RunMount mount)
    {
        var id = mount.Source.Length > 0 ? mount.Source : mount.Id.Length > 0 ? mount.Id : UnixPath.FileName(mount.Target);
        var target = mount.Target.Length > 0 ? mount.Target : mount.EnvironmentName is null ? "/run/secrets/" + UnixPath.FileName(id) : null;
        node.Outline.Secrets.TryAdd(id, new Outline.Requirement(id, mount.Required, instruction.Range));
        _secrets.Add(new ExecSecret(
            id, target, mount.EnvironmentName, !mount.Required, mount.UserId ?? 0, mount.GroupId ?? 0, mount.Mode ?? 0b100_000_000));
    }

    private void AddAgent(RunMount mount)
    {
        if (mount.Source.Length > 0)
            throw new InstructionException("a mount of type ssh has no source; choose an agent with id=NAME");
        var id = mount.Id.Length > 0 ? mount.Id : "default";
        node.Outline.SshAgents.TryAdd(id, new Outline.Requirement(id, mount.Required, instruction.Range));
        _agents.Add(new ExecSshAgent(
            mount.Id, mount.Target, !mount.Required, mount.UserId ?? 0, mount.GroupId ?? 0, mount.Mode ?? 0b110_000_000));
    }
}
