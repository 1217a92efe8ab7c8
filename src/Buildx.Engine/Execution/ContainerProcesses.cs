using System.Globalization;

namespace Buildx.Engine.Execution;

/// <summary>Finds processes by their parents, as <c>/proc</c> tells.</summary>
internal static class ContainerProcesses
{
    public static int[] ChildrenOf(int processId)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{processId}/task/{processId}/children")
                .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Whether two processes run the same program: then the one has not yet become what it is to be.</summary>
    public static bool RunTheSame(int first, int second)
    {
        try
        {
            return ProgramOf(first) is { } program && program == ProgramOf(second);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // The runtime may run from a copy of itself, whose name tells.
    private static string? ProgramOf(int processId) => File.ReadAllText($"/proc/{processId}/comm").Trim();
}
