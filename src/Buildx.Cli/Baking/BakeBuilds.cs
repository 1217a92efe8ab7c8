using Buildx.Bake.Targets;
using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Cli.History;
using Buildx.Client;
using Buildx.Client.Progress;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Baking;

/// <summary>
/// Builds the targets of a plan: with one connection and one session for all directories to each node, and one display; each target as soon as those
/// that it is linked to are built.
/// </summary>
internal sealed class BakeBuilds(CliContext context, BakeRequest request, BakePlan plan)
{
    private readonly SharedDirectories _directories = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var targets = plan.Targets.Values.OrderBy(target => target.Name, StringComparer.Ordinal).Select(target => TargetRequests.Create(target, request)).ToList();
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        await using var nodes = BuilderNodes.Open(context, builder, Environment.CurrentDirectory);
        var builds = new List<PreparedTarget>();
        try
        {
            foreach (var target in targets)
            {
                var build = await OpenAsync(nodes, target, cancellationToken);
                builds.Add(new PreparedTarget(target, build, [.. build.Parts.Select(part => _directories.Add(part.Options))]));
            }
            PreparedTarget.CheckNodes(builds);
            builds = PreparedTarget.ShareServices(builds);
            WarnOfOutputs(builds);
            SaveGroup(builds);
            var (results, warnings) = await SolveAsync(builder, builds, cancellationToken);
            foreach (var (target, build, _) in builds)
            {
                if (results.ContainsKey(target.Name))
                    await build.CompleteAsync(context, cancellationToken);
            }
            return new BakeReport(context, request, plan).Write(builds.ToDictionary(build => build.Target.Name, build => build.Build), results, warnings);
        }
        finally
        {
            foreach (var (_, build, _) in builds)
                await build.DisposeAsync();
        }
    }

    private async Task<PreparedBuild> OpenAsync(BuilderNodes nodes, TargetBuild target, CancellationToken cancellationToken)
    {
        try
        {
            return await PreparedBuild.OpenAsync(context, await nodes.ShareAsync(target.Request.Platforms, cancellationToken), target.Request, cancellationToken);
        }
        catch (CliException e)
        {
            throw new CliException($"target {target.Name}: {e.Message}", innerException: e);
        }
    }

    private async Task<(IReadOnlyDictionary<string, SolveResult> Results, IReadOnlyList<BuildWarning> Warnings)> SolveAsync(BuilderRecord builder, List<PreparedTarget> builds, CancellationToken cancellationToken)
    {
        await using var sessions = new KeptSessions();
        await using var shared = await NodeSessions.OpenAsync(
            builds.SelectMany(build => build.Build.Parts).Select(part => part.Node).Distinct(), _directories, PreparedBuild.SharedKey(context, Environment.CurrentDirectory), cancellationToken);
        using var display = BuildProgress.CreateDisplay(context, builder, request.Progress);
        var steps = new SharedSteps();
        var schedule = new TargetSchedule(request.MaximumParallelism, request.KeepGoing) { CommandName = context.CommandName };
        try
        {
            var linked = builds.SelectMany(build => build.Target.Links.Values).ToHashSet(StringComparer.Ordinal);
            foreach (var build in builds)
            {
                var isLinked = linked.Contains(build.Target.Name);
                var progress = builds.Count == 1 ? (IProgressSink)display : new TargetProgress(build.Target.Name, steps, _directories, display);
                schedule.Add(build.Target, isLinked, (inputs, built, token) => new PartsSolve(builder, build.Build).RunAsync(
                    build.Prepare(_directories, shared, inputs, isLinked ? sessions : null, built), progress, token));
            }
            var results = await schedule.RunAsync(cancellationToken);
            display.Complete();
            WriteLinks(results);
            return (results, display.GetWarnings());
        }
        finally
        {
            display.Complete();
            ReportProblems(display, schedule, builds.ToDictionary(build => build.Target.Name, build => build.Build));
        }
    }

    /// <summary>Remembers which builds this run made.</summary>
    private void SaveGroup(List<PreparedTarget> builds)
    {
        var group = SolveOptions.NewRef();
        var built = builds.Where(build => build.Build.Origin is not null).ToList();
        if (built.Count == 0)
            return;
        foreach (var build in built)
            (build.Build.Origin!.Target, build.Build.Origin.Group) = (build.Target.Name, group);
        new LocalBuilds(context.Store.Directory).SaveGroup(group, new LocalBuildGroup(
            request.Targets.Count > 0 ? request.Targets : ["default"], [.. built.SelectMany(build => build.Options).Select(options => options.Ref!)]));
    }

    /// <summary>Where Docker Desktop shows the builds, on machines that have it.</summary>
    private void WriteLinks(IReadOnlyDictionary<string, SolveResult> results)
    {
        if (request.Progress is "quiet" or "rawjson" || !DesktopLink.IsInUse)
            return;
        DesktopLink.Write(
            context.Error, results.Where(result => result.Value.ExporterResponse.ContainsKey("buildx.build.ref"))
                .ToDictionary(result => result.Key, result => result.Value.ExporterResponse["buildx.build.ref"]),
            !Console.IsErrorRedirected);
    }

    private void ReportProblems(ProgressDisplay display, TargetSchedule schedule, Dictionary<string, PreparedBuild> builds)
    {
        if (request.Progress is "quiet" or "rawjson")
            return;
        if (schedule.Failures.Count == 0)
        {
            WarningReport.Write(context.Error, [.. display.GetWarnings()], context.Flags.Debug);
            return;
        }
        foreach (var (target, failure) in schedule.Failures)
        {
            if (failure is not SolveException solve)
                continue;
            foreach (var source in solve.Details.Sources)
                FailureReport.WriteSource(context.Error, builds[target].Rename(source));
        }
    }

    private void WarnOfOutputs(IEnumerable<PreparedTarget> builds)
    {
        var names = builds.Where(build => build.Build.Outputs.Warning is not null).Select(build => build.Target.Name).ToList();
        if (names.Count > 0)
        {
            context.Warn(
                $"no output is specified for {string.Join(", ", names)}: the results stay in the build cache. To push images: --push; to load them into Docker: --load");
        }
    }
}
