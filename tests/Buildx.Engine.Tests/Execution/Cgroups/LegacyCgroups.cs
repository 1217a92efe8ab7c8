using Buildx.Engine.Execution.Bootstrap;

namespace Buildx.Engine.Tests.Execution.Cgroups;

/// <summary>What engines have made in cgroup v1; nothing on a machine with cgroup v2.</summary>
internal static class LegacyCgroups
{
    private static readonly string? Own = EngineNamespaces.LegacyDevices?.Directory;

    public static IReadOnlyList<string> OfSteps(int engine) => Own is null ? [] : Directory.GetDirectories(Own, $"buildx-{engine}-*");

    public static string[] TasksOf(int engine) => Own is null ? [] : File.ReadAllLines($"{Own}/buildx-{engine}/tasks");
}
