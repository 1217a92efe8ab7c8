using System.Collections.Immutable;
using Buildx.Linux.Processes;

namespace Buildx.Engine.Execution;

/// <summary>The program that makes containers.</summary>
internal sealed record OciRuntime(string Path, bool IsCrun)
{
    public const string Remedy = "Install one: apt-get install crun";

    /// <exception cref="ExecutionException">There is none.</exception>
    public static OciRuntime Find(string? wanted)
    {
        var names = wanted is null ? ImmutableArray.Create("crun", "runc") : [wanted];
        foreach (var name in names)
        {
            if (ExecutableSearch.Find(name) is { } path)
                return new OciRuntime(path, System.IO.Path.GetFileName(path).Contains("crun", StringComparison.Ordinal));
        }
        throw new ExecutionException(wanted is null
            ? $"RUN needs an OCI runtime, and neither crun nor runc is in $PATH. {Remedy}"
            : $"the OCI runtime \"{wanted}\" was not found. {Remedy}, or correct the setting");
    }

    /// <summary>What comes before <c>run --bundle … ID</c> and the like.</summary>
    public ImmutableArray<string> CommonArguments(string stateDirectory, string logFile, bool managesCgroups) =>
    [
        "--root", stateDirectory, "--log", logFile, "--log-format", "json",
        // runc has no such switch: without cgroupsPath in the configuration it goes on when it can't make one.
        .. IsCrun && !managesCgroups ? ["--cgroup-manager=disabled"] : ImmutableArray<string>.Empty,
    ];
}
