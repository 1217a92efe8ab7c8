using Buildx.Cli.Terminal;

namespace Buildx.Cli.Baking;

/// <summary>Asks for what targets want to do and nobody has allowed.</summary>
internal static class EntitlementPrompt
{
    /// <exception cref="CliException">It is refused, or there is nobody to ask.</exception>
    public static void Ask(CliContext context, IReadOnlyList<(string Words, string Flag)> items)
    {
        var output = context.Error;
        output.WriteLine("The definition asks for more than a build may do by itself:");
        output.WriteLine();
        foreach (var (words, _) in items)
            output.WriteLine($" - {words}");
        var flags = string.Join(' ', items.Select(item => $"--allow={item.Flag}"));
        output.WriteLine();
        output.WriteLine($"To allow it: {context.CommandName} bake {flags} ...");
        if (items.All(item => item.Flag == "ssh" || item.Flag.StartsWith("fs", StringComparison.Ordinal)))
            output.WriteLine("To allow every access to files: BUILDX_BAKE_ENTITLEMENTS_FS=0");
        output.WriteLine();
        if (!Console.IsInputRedirected && Confirmation.Ask(output, "Allow it this time?"))
            return;
        throw new CliException($"the definition asks for more than it is allowed: {flags}");
    }
}
