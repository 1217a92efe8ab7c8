using Buildx.Bake.Targets;
using Buildx.Cli.Builders;
using Buildx.Cli.Building;
using Buildx.Client;
using Buildx.Client.Progress;
using Buildx.Drivers;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Baking;

/// <summary>
/// Builds the targets of a plan: with one connection, one display and one session for all directories; each target as soon as those
/// that it is linked to are built.
/// </summary>
internal sealed class BakeBuilds(CliContext context, BakeRequest request, BakePlan plan)
{
    private readonly SharedDirectories _directories = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var targets = plan.Targets.Values.OrderBy(target => target.Name, StringComparer.Ordinal).Select(target => TargetRequests.Create(target, request)).ToList();
        var builder = await BuilderResolver.UseAsync(context, cancellationToken);
        var driver = BuilderConnection.OpenDriver(context, builder).For(Environment.CurrentDirectory);
        var builds = new List<(TargetBuild Target, PreparedBuild Build, SolveOptions Options)>();
        try
        {
            foreach (var target in targets)
            {
                var build = await OpenAsync(driver, target, cancellationToken);
                builds.Add((target, build, _directories.Add(build.Options)));
            }
            builds = ShareServices(builds);
            WarnOfOutputs(builds.Select(build => (build.Target, build.Build)));
            var results = await SolveAsync(builder, driver, builds, cancellationToken);
            foreach (var (target, build, _) in builds)
            {
                if (results.TryGetValue(target.Name, out var result))
                    await build.CompleteAsync(result, context.Note, cancellationToken);
            }
            return new BakeReport(context, request, plan).Write(builds.ToDictionary(build => build.Target.Name, build => build.Build), results);
        }
        finally
        {
            foreach (var (_, build, _) in builds)
                await build.DisposeAsync();
        }
    }

    /// <summary>A target's graph has the steps of those that it is linked to, and so may ask for their secrets, agents and layouts.</summary>
    private static List<(TargetBuild Target, PreparedBuild Build, SolveOptions Options)> ShareServices(List<(TargetBuild Target, PreparedBuild Build, SolveOptions Options)> builds)
    {
        var byName = builds.ToDictionary(build => build.Target.Name, build => (build.Target, build.Build), StringComparer.Ordinal);
        var merged = new Dictionary<string, BuildServices>(StringComparer.Ordinal);
        return builds.ConvertAll(build => build with { Options = ServicesOf(build.Target.Name).AddTo(build.Options) });

        BuildServices ServicesOf(string name)
        {
            if (!merged.TryGetValue(name, out var services))
            {
                var (target, build) = byName[name];
                merged[name] = services = target.Links.Values.Distinct().Select(ServicesOf).Aggregate(BuildServices.None, (below, over) => below.Merge(over)).Merge(build.Services);
            }
            return services;
        }
    }

    private async Task<PreparedBuild> OpenAsync(IDriver driver, TargetBuild target, CancellationToken cancellationToken)
    {
        try
        {
            return await PreparedBuild.OpenAsync(context, driver, target.Request, cancellationToken);
        }
        catch (CliException e)
        {
            throw new CliException($"target {target.Name}: {e.Message}", innerException: e);
        }
    }

    private async Task<IReadOnlyDictionary<string, SolveResult>> SolveAsync(
        BuilderRecord builder, IDriver driver, List<(TargetBuild Target, PreparedBuild Build, SolveOptions Options)> builds, CancellationToken cancellationToken)
    {
        await using var client = await BuilderConnection.ConnectAsync(context, builder, driver, cancellationToken);
        await using var sessions = new KeptSessions();
        var directories = _directories.ByName;
        var session = directories.Count == 0 ? null
            : await client.ShareAsync(directories, PreparedBuild.SharedKey(context, Environment.CurrentDirectory), cancellationToken);
        using var display = BuildProgress.CreateDisplay(context, builder, request.Progress);
        var steps = new SharedSteps();
        var schedule = new TargetSchedule(request.MaximumParallelism, request.KeepGoing);
        try
        {
            var linked = builds.SelectMany(build => build.Target.Links.Values).ToHashSet(StringComparer.Ordinal);
            foreach (var (target, _, prepared) in builds)
            {
                var own = await HostGateway.ApplyAsync(prepared, builder, client, cancellationToken);
                var options = linked.Contains(target.Name) ? own with { KeptSessions = sessions } : own;
                var progress = builds.Count == 1 ? (IProgressSink)display : new TargetProgress(target.Name, steps, _directories, display);
                schedule.Add(target, linked.Contains(target.Name), (inputs, built, token) => SolveAsync(client, progress, TargetInputs.Add(_directories.Bind(options, session), target, inputs), built, token));
            }
            return await schedule.RunAsync(cancellationToken);
        }
        finally
        {
            display.Complete();
            if (session is not null)
                await session.DisposeAsync();
            ReportProblems(display, schedule, builds.ToDictionary(build => build.Target.Name, build => build.Build));
        }
    }

    private static Task<SolveResult> SolveAsync(
        BuildkitClient client, IProgressSink progress, SolveOptions options, Action<IReadOnlyList<BuildGraph>>? built, CancellationToken cancellationToken) =>
        client.SolveAsync(options with { Built = options.Request is null ? built : null }, progress, cancellationToken);

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

    private void WarnOfOutputs(IEnumerable<(TargetBuild Target, PreparedBuild Build)> builds)
    {
        var names = builds.Where(build => build.Build.Outputs.Warning is not null).Select(build => build.Target.Name).ToList();
        if (names.Count > 0)
        {
            context.Warn(
                $"no output is specified for {string.Join(", ", names)}: the results stay in the build cache. To push images: --push; to load them into Docker: --load");
        }
    }
}
