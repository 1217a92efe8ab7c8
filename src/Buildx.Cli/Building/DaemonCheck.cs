using Buildx.Client;

namespace Buildx.Cli.Building;

/// <summary>
/// What older daemons don't have is asked for before it is used, where they would leave it out without a word. What is missing is said
/// with the version that has it.
/// </summary>
internal static class DaemonCheck
{
    // Nothing is lost where this one is not made.
    public const string DefaultProvenance = "mode=min,inline-only=true";

    private static readonly (string Capability, string Since, string What, Func<SolveOptions, bool> IsAsked)[] Needs =
    [
        ("exporter.multiple", "0.13", "more than one --output", options => options.Exports.Count > 1),
        ("exporter.image.attestations", "0.11", "an attestation (--attest, --provenance, --sbom)", options => options.FrontendAttributes.Any(IsAttestation)),
    ];

    /// <exception cref="CliException">The daemon does not have what the build needs.</exception>
    public static async Task CheckAsync(SolveOptions options, string node, BuildkitClient client, CancellationToken cancellationToken)
    {
        var asked = Needs.Where(need => options.Request is null && need.IsAsked(options)).ToList();
        if (asked.Count == 0)
            return;
        var missing = new List<(string Since, string What)>();
        await client.SolveAsync(
            new SolveOptions
            {
                IsInternal = true,
                Act = (build, _) =>
                {
                    missing.AddRange(asked.Where(need => !build.SupportsInGraphs(need.Capability)).Select(need => (need.Since, need.What)));
                    return Task.CompletedTask;
                },
            },
            cancellationToken: cancellationToken);
        if (missing.Count == 0)
            return;
        var version = (await client.GetVersionAsync(cancellationToken))?.Version;
        throw new CliException($"{missing[0].What} needs BuildKit {missing[0].Since}; that of node \"{node}\" is {version ?? "older (it does not tell its version)"}");
    }

    private static bool IsAttestation(KeyValuePair<string, string> attribute) =>
        attribute.Key.StartsWith("attest:", StringComparison.Ordinal) && !(attribute.Key == "attest:provenance" && attribute.Value == DefaultProvenance);
}
