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

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (request.RemoteDefinition is { } url)
            throw new CliException($"a definition at a URL is not supported yet: {url}; clone it, and bake there");
        var names = request.Files.Select(TargetPaths.WithoutScheme).ToList();
        var files = await DefinitionFiles.ReadAsync(names, Environment.CurrentDirectory, Console.OpenStandardInput(), cancellationToken);
        var options = CreateOptions();
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

    private BakeOptions CreateOptions() => new()
    {
        Variables = request.Variables,
        BuiltInVariables = new Dictionary<string, string> { ["BAKE_CMD_CONTEXT"] = request.CommandContext, ["BAKE_LOCAL_PLATFORM"] = Platform.Host.ToString() },
        Environment = IsSet("BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP") ? null : ReadEnvironment(),
        WorkingDirectory = Environment.CurrentDirectory,
        PathsAreRelativeToFiles = IsSet("BUILDX_BAKE_FILE_RELATIVE_PATHS"),
        Overrides = request.Overrides,
    };

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable)?.Trim() is "1" or "t" or "T" or "true" or "TRUE" or "True";

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
        if (!missing.HasPrivileges && Environment.GetEnvironmentVariable("BUILDX_BAKE_ENTITLEMENTS_FS") is "0" or "f" or "F" or "false" or "FALSE" or "False")
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
