namespace Buildx.Linux;

/// <summary>The user namespace of this process.</summary>
public static class UserNamespace
{
    /// <summary>
    /// Whether it is the one the machine started with. In any other, device nodes (but whiteouts) and <c>trusted.*</c>
    /// attributes can't be made, even by root.
    /// </summary>
    public static bool IsInitial { get; } = ReadIsInitial();

    private static bool ReadIsInitial()
    {
        try
        {
            var map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return map is ["0", "0", "4294967295"];
        }
        catch (FileNotFoundException)
        {
            // A kernel without user namespaces.
            return true;
        }
    }
}
