using Buildx.Bake;
using Buildx.Bake.Entitlements;
using Buildx.Bake.Printing;
using Buildx.Bake.Targets;
using Buildx.Diagnostics;
using Buildx.Oci;

namespace Buildx.Cli.Baking;

/// <summary>A run of <c>bake</c>: definitions, plan, permission, builds.</summary>
internal sealed class BakeRunner(CliContext context, BakeRequest request)
{
    public static async Task<int> RunAsync(CliContext context, Func<BakeRequest> read, CancellationToken cancellationToken)
    {
        try
        {
            return await new BakeRunner(context, read()).RunAsync(cancellationToken);
        }
        catch (BakeException e)
        {
            throw Explain(context, e);
        }
    }

    /// <summary>What could be built, for who is still typing; nothing where that would take a builder or standard input, or is wrong.</summary>
    public static async Task<IReadOnlyList<(string Name, string Description)>> FindTargetsAsync(CliContext context, BakeRequest request, CancellationToken cancellationToken)
    {
        if (request.RemoteDefinition is not null || request.Files.Contains("-"))
            return [];
        try
        {
            var files = await ReadLocalAsync(request.Files, cancellationToken);
            return [.. BakeFile.Read(files, new BakeRunner(context, request).CreateOptions()).Listed.Select(entry => (entry.Name, entry.Description))];
        }
        catch (BakeException)
        {
            return [];
        }
    }

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var remote = request.RemoteDefinition is { } url ? new RemoteDefinition(context, url) : null;
        var files = await ReadFilesAsync(remote, cancellationToken);
        var options = CreateOptions() with { Repository = remote?.Repository };
        var definition = BakeFile.Read(files, options);
        foreach (var warning in definition.Warnings)
            context.Error.Write(DiagnosticPrinter.Print(warning));
        if (request.List is { } list)
        {
            context.Out.WriteLine(list.IsOfVariables ? ListPrinter.PrintVariables(definition, list.AsJson) : ListPrinter.PrintTargets(definition, list.AsJson));
            return 0;
        }
        var plan = WithSourceDateEpoch(BakeFile.Plan(definition, request.Targets.Count > 0 ? request.Targets : ["default"], options));
        if (request.Print)
        {
            context.Out.WriteLine(PlanPrinter.Print(plan));
            return 0;
        }
        AskForPermission(plan);
        return await new BakeBuilds(context, request, plan).RunAsync(cancellationToken);
    }

    /// <summary>Of a definition at a URL, <c>cwd://FILE</c> is a file of this machine that is laid over it.</summary>
    private async Task<IReadOnlyList<SourceText>> ReadFilesAsync(RemoteDefinition? remote, CancellationToken cancellationToken)
    {
        if (remote is null)
            return await ReadLocalAsync(request.Files, cancellationToken);
        var files = await remote.ReadAsync([.. request.Files.Where(name => !TargetPaths.IsInWorkingDirectory(name))], request.Progress, cancellationToken);
        var local = request.Files.Where(TargetPaths.IsInWorkingDirectory).ToList();
        return local.Count == 0 ? files : [.. files, .. await ReadLocalAsync(local, cancellationToken)];
    }

    private static Task<IReadOnlyList<SourceText>> ReadLocalAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        DefinitionFiles.ReadAsync([.. names.Select(TargetPaths.WithoutScheme)], Environment.CurrentDirectory, Console.OpenStandardInput(), cancellationToken);

    private BakeOptions CreateOptions() => new()
    {
        Variables = request.Variables,
        BuiltInVariables = new Dictionary<string, string> { ["BAKE_CMD_CONTEXT"] = request.CommandContext, ["BAKE_LOCAL_PLATFORM"] = Platform.Host.ToString() },
        Environment = IsSet("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP") ? null : ReadEnvironment(),
        WorkingDirectory = Environment.CurrentDirectory,
        PathsAreRelativeToFiles = IsSet("BUILDX_BAKE_FILE_RELATIVE_PATHS"),
        Overrides = request.Overrides,
    };

    private static bool IsSet(string variable) => BooleanText.IsTrue(Environment.GetEnvironmentVariable(variable)?.Trim());

    private static Dictionary<string, string> ReadEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        return variables;
    }

    private static BakePlan WithSourceDateEpoch(BakePlan plan)
    {
        const string variable = "SOURCE_DATE_EPOCH";
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } epoch)
            return plan;
        return plan with
        {
            Targets = plan.Targets.ToDictionary(pair => pair.Key, pair => pair.Value.Arguments?.ContainsKey(variable) == true
                ? pair.Value
                : pair.Value with { Arguments = new Dictionary<string, string?>(pair.Value.Arguments ?? new Dictionary<string, string?>()) { [variable] = epoch } }),
        };
    }

    private void AskForPermission(BakePlan plan)
    {
        var missing = EntitlementCheck.FindMissing(plan, request.Allowed, Environment.CurrentDirectory);
        if (missing.IsEmpty)
            return;
        // Switched off, access to files is nobody's business.
        var isSwitchedOff = Environment.GetEnvironmentVariable("BUILDX_BAKE_ENTITLEMENTS_FS") is { } set
            ? set is "0" or "f" or "F" or "false" or "FALSE" or "False"
            : request.RemoteDefinition is not null && IsSet("BAKE_ALLOW_REMOTE_FS_ACCESS");
        if (!missing.HasPrivileges && isSwitchedOff)
            return;
        EntitlementPrompt.Ask(context, EntitlementText.Describe(missing, Environment.CurrentDirectory));
    }

    /// <summary>What is wrong in files is shown with its lines; the last word is the error.</summary>
    private static CliException Explain(CliContext context, BakeException exception)
    {
        if (exception.Diagnostics is [{ Source: null } only])
            return new CliException(only.Hint is null ? only.Message : $"{only.Message}; {only.Hint}", innerException: exception);
        var errors = exception.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToList();
        context.Error.Write(DiagnosticPrinter.Print(exception.Diagnostics));
        return new CliException(errors.Count == 1 ? $"the definition is wrong: {errors[0]}" : $"the definition is wrong in {errors.Count} places", innerException: exception);
    }
}
