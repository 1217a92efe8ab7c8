namespace Buildx.Linux.Namespaces;

/// <summary>The namespaces a process lives in, by their names under <c>/proc/PID/ns</c>.</summary>
public static class NamespaceKind
{
    public const string Mount = "mnt";
    public const string User = "user";

    /// <summary>Tells namespaces apart, e.g. <c>mnt:[4026531832]</c>; null when the process is gone or not ours to look at.</summary>
    public static string? Identify(string kind, int? processId = null)
    {
        try
        {
            return new FileInfo($"/proc/{processId?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "self"}/ns/{kind}").LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
