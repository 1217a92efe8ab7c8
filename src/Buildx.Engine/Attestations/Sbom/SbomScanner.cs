using System.Collections.Immutable;
using System.Text.Json;
using Buildx.Engine.Exporting;
using Buildx.Engine.Frontends;
using Buildx.Engine.Solving;
using Buildx.Engine.Trees;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Attestations.Sbom;

/// <summary>
/// Lets an image look at a result and say what is in it: BuildKit's protocol for scanners. The scan is a step of the build, which is
/// cached like all others.
/// </summary>
internal sealed class SbomScanner(IFrontendBridge bridge)
{
    private const string CoreName = "sbom";
    private const int MaximumSize = 40 << 20;

    /// <exception cref="ExportException">The scanner can't be used, or what it wrote is no statement.</exception>
    public async Task<ImmutableArray<Attestation>> ScanAsync(SbomOptions options, FrontendReference result, CancellationToken cancellationToken)
    {
        if (result.Reference is not { } scanned)
            return [];
        var image = await bridge.ResolveImageConfigAsync(options.Generator, Platform.Host, ImageResolveMode.Default, "", cancellationToken);
        var config = OciJson.ParseConfig(image.ConfigJson).Config;
        string[] command = [.. config?.Entrypoint ?? [], .. config?.Cmd ?? []];
        if (command.Length == 0)
            throw new ExportException($"sbom: the scanner {options.Generator.FamiliarName} has neither entrypoint nor command");
        var scan = ScanGraph.Create(scanned.Definition, options.Generator.WithDigest(image.Digest), result.Id, command, config?.WorkingDir is { Length: > 0 } directory ? directory : "/",
        [
            .. config?.Env ?? [],
            $"BUILDKIT_SCAN_DESTINATION={ScanGraph.Output}",
            $"BUILDKIT_SCAN_SOURCE={ScanGraph.Source}",
            .. options.Parameters.Select(parameter => $"BUILDKIT_SCAN_{parameter.Key}={parameter.Value}"),
        ]);
        var scanning = await bridge.ReferenceAsync(scan, cancellationToken);
        await using var tree = await scanning.OpenAsync(cancellationToken);
        var attestations = (TreeLookup.ReadDirectory(tree.Tree.Root, "/") ?? [])
            .Where(name => name.EndsWith(".json", StringComparison.Ordinal))
            .Select(name => Read(name, TreeLookup.ReadFile(tree.Tree.Root, "/" + name, MaximumSize)!, options))
            .ToList();
        // The one about the result itself comes first.
        return [.. attestations.OrderBy(attestation => attestation.FileName.Split('.')[0] == CoreName ? 0 : 1)];
    }

    private static Attestation Read(string name, byte[] content, SbomOptions options)
    {
        try
        {
            using var statement = JsonDocument.Parse(content);
            var type = statement.RootElement.GetProperty("predicateType").GetString() ?? "";
            if (type.StartsWith(AttestationNames.ProvenancePrefix, StringComparison.Ordinal))
                throw new ExportException($"sbom: {options.Generator.FamiliarName} wrote {name}, which is provenance: only the builder can tell that");
            if (type != AttestationNames.Spdx)
                throw new ExportException($"sbom: {options.Generator.FamiliarName} wrote {name} of the type \"{type}\", which is not {AttestationNames.Spdx}");
            return new Attestation(type, name, System.Text.Encoding.UTF8.GetBytes(statement.RootElement.GetProperty("predicate").GetRawText()), InlineOnly: false);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ExportException($"sbom: {options.Generator.FamiliarName} wrote {name}, which is no in-toto statement: {e.Message}", e);
        }
    }
}
