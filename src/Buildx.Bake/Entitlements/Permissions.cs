using Buildx.Bake.Entries;

namespace Buildx.Bake.Entitlements;

/// <summary>What a run may do on this machine beyond the working directory, or would have to be allowed.</summary>
public sealed class Permissions
{
    private const string Everything = "*";

    public bool NetworkHost { get; set; }

    public bool SecurityInsecure { get; set; }

    public bool Ssh { get; set; }

    /// <summary>To delete from an output directory what a build doesn't have.</summary>
    public bool LocalDelete { get; set; }

    public bool AllDevices { get; set; }

    public SortedSet<string> Devices { get; } = new(StringComparer.Ordinal);

    /// <summary>Directories and files; <c>*</c> is everything.</summary>
    public SortedSet<string> Reads { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Writes { get; } = new(StringComparer.Ordinal);

    public bool IsEmpty => !HasPrivileges && !HasFiles;

    /// <summary>More than access to files and the ssh agent.</summary>
    public bool HasPrivileges => NetworkHost || SecurityInsecure || LocalDelete || AllDevices || Devices.Count > 0;

    public bool HasFiles => Ssh || Reads.Count > 0 || Writes.Count > 0;

    public bool MayRead(string path) => Contains(Reads, path);

    public bool MayWrite(string path) => Contains(Writes, path);

    /// <param name="allow">Values of <c>--allow</c>.</param>
    /// <exception cref="BakeException">One is no entitlement.</exception>
    public static Permissions Parse(IEnumerable<string> allow)
    {
        var permissions = new Permissions();
        foreach (var text in allow)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
            if (!permissions.TryAdd(key, value))
            {
                throw new BakeException(
                    $"--allow {text}: there is no such entitlement",
                    "want network.host, security.insecure, ssh, device[=NAME], fs=PATH, fs.read=PATH, fs.write=PATH or buildx.local.delete");
            }
        }
        return permissions;
    }

    private bool TryAdd(string key, string value)
    {
        switch (key)
        {
            case "network.host" when value.Length == 0:
                return NetworkHost = true;
            case "security.insecure" when value.Length == 0:
                return SecurityInsecure = true;
            case "ssh" when value.Length == 0:
                return Ssh = true;
            case "buildx.local.delete" when value.Length == 0:
                return LocalDelete = true;
            case "device" when value.Length == 0:
                return AllDevices = true;
            case "device":
                Devices.Add(CsvFields.Split(value)[0]);
                return true;
            case "fs.read":
                Reads.Add(Evaluate(value));
                return true;
            case "fs.write":
                Writes.Add(Evaluate(value));
                return true;
            case "fs":
                Reads.Add(Evaluate(value));
                Writes.Add(Evaluate(value));
                return true;
            // Buildx takes them and does nothing with them.
            case "image" or "image.load" or "image.push":
                return true;
            default:
                return false;
        }
    }

    internal static string Evaluate(string path) => path == Everything ? path : RealPath.Resolve(path).Whole;

    private static bool Contains(SortedSet<string> allowed, string path) =>
        allowed.Any(parent => parent == Everything || parent == "/" || path == parent || path.StartsWith(parent + "/", StringComparison.Ordinal));
}
