using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>What goes with an operation and is no part of its digest.</summary>
public sealed class VertexMetadata
{
    private const string NameKey = "llb.customname";

    internal VertexMetadata(VertexOptions options, IReadOnlyList<string> capabilities)
    {
        Name = options.Name;
        OtherDescription = options.Description;
        IgnoreCache = options.IgnoreCache;
        ProgressGroup = options.ProgressGroup;
        LinuxResources = options.LinuxResources;
        Capabilities = capabilities;
    }

    internal VertexMetadata(OpMetadata message)
    {
        Name = message.Description.GetValueOrDefault(NameKey);
        OtherDescription = [.. message.Description.Where(entry => entry.Key != NameKey)];
        IgnoreCache = message.IgnoreCache;
        ExportCache = message.ExportCache;
        ProgressGroup = message.ProgressGroup;
        LinuxResources = message.LinuxResources;
        Capabilities = [.. message.Caps.Where(entry => entry.Value).Select(entry => entry.Key)];
    }

    /// <summary>The name that the step's author gave it.</summary>
    public string? Name { get; }

    public bool IgnoreCache { get; }

    /// <summary>Treat as read-only, as all messages here.</summary>
    public ExportCache? ExportCache { get; }

    public ProgressGroup? ProgressGroup { get; }

    public LinuxResources? LinuxResources { get; }

    /// <summary>What an engine must be able to do to run the operation; names may repeat.</summary>
    public IReadOnlyList<string> Capabilities { get; }

    /// <summary>The name among them, in ordinal order of the keys.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Description =>
        Name is null ? Sorted(OtherDescription) : Sorted([.. OtherDescription, new(NameKey, Name)]);

    private IReadOnlyList<KeyValuePair<string, string>> OtherDescription { get; }

    internal bool IsDescribed => Name is not null || OtherDescription.Count > 0;

    internal OpMetadata ToMessage()
    {
        var message = new OpMetadata
        {
            IgnoreCache = IgnoreCache,
            ExportCache = ExportCache?.Clone(),
            ProgressGroup = ProgressGroup?.Clone(),
            LinuxResources = LinuxResources?.Clone(),
        };
        // Maps are written in the order in which they were filled.
        foreach (var (key, value) in Description)
            message.Description[key] = value;
        string[] sorted = [.. Capabilities];
        Array.Sort(sorted, StringComparer.Ordinal);
        foreach (var capability in sorted)
            message.Caps[capability] = true;
        return message;
    }

    private static IReadOnlyList<KeyValuePair<string, string>> Sorted(IReadOnlyList<KeyValuePair<string, string>> entries) =>
        entries.Count < 2 ? entries : [.. entries.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
}
