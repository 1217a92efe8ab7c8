using System.Text;
using Buildx.Linux.Processes;

namespace Buildx.Linux.Namespaces;

/// <summary>A mounted <c>binfmt_misc</c>: the kernel's table of interpreters for executables it can't run itself.</summary>
public sealed class BinfmtMisc(string directory = BinfmtMisc.DefaultDirectory)
{
    public const string DefaultDirectory = "/proc/sys/fs/binfmt_misc";

    private string StatusFile => Path.Combine(directory, "status");

    private string RegisterFile => Path.Combine(directory, "register");

    public bool IsMounted => File.Exists(RegisterFile);

    /// <summary>Whether handlers are in use at all.</summary>
    public bool IsEnabled => IsMounted && File.ReadAllText(StatusFile).Trim() == "enabled";

    /// <summary>The handlers by magic number, in the order of their names; empty when it isn't mounted or is switched off.</summary>
    public IReadOnlyList<BinfmtHandler> List()
    {
        if (!IsEnabled)
            return [];
        var handlers = new List<BinfmtHandler>();
        foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            if (file == StatusFile || file == RegisterFile)
                continue;
            try
            {
                if (BinfmtHandler.Parse(Path.GetFileName(file), File.ReadAllText(file)) is { } handler)
                    handlers.Add(handler);
            }
            catch (Exception exception) when (exception is FileNotFoundException or FormatException)
            {
                // Removed meanwhile, or of a form that came later: not a handler to rely on.
            }
        }
        return handlers;
    }

    /// <summary>
    /// Mounts it. In a user namespace that has none yet this makes a new, empty one, which serves that namespace and those
    /// inside it (Linux 6.7).
    /// </summary>
    public void Mount() =>
        Linux.Mount.New("binfmt_misc", directory, "binfmt_misc", MountFlags.NoSetuid | MountFlags.NoDevices | MountFlags.NoExecute);

    public void Register(BinfmtHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        using var file = File.OpenHandle(RegisterFile, FileMode.Open, FileAccess.Write);
        // The kernel takes a handler in one write.
        Descriptors.Write(file, Encoding.ASCII.GetBytes(handler.ToRegistration()));
    }

    public void Remove(string name)
    {
        if (name.Contains('/') || name is "status" or "register")
            throw new ArgumentException($"\"{name}\" is not a handler's name", nameof(name));
        using var file = File.OpenHandle(Path.Combine(directory, name), FileMode.Open, FileAccess.Write);
        Descriptors.Write(file, "-1"u8);
    }
}
