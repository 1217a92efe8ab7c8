using System.Text.Json.Nodes;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>One engine, one registry, Docker Engines with either image store and one store of Podman for all variants.</summary>
public sealed class ExporterBench(BaseImageRegistry bases) : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();

    internal Workplace Place { get; private set; } = null!;

    internal RegistryServer Registry { get; private set; } = null!;

    internal OciSchemas Schemas { get; private set; } = null!;

    internal ImageReaders Readers { get; private set; } = null!;

    internal string Path => _directory.Path;

    /// <summary>With the image store that it has had since its first days.</summary>
    private DockerDaemon Docker { get; set; } = null!;

    private DockerDaemon Containerd { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Registry = await RegistryServer.StartAsync();
        Place = await Workplace.CreateAsync(bases, $"[registry.\"{Registry.Host}\"]\n  http = true\n");
        Docker = await DockerDaemon.StartAsync();
        Containerd = await DockerDaemon.StartAsync("""{"features":{"containerd-snapshotter":true}}""");
        Schemas = await OciSchemas.OpenAsync();
        Readers = new ImageReaders(Docker, Containerd, await Peers.GetDirectoryAsync(), Path);
        Place.Write("Dockerfile", "FROM busybox:1.36\nCOPY variant /variant\nCMD [\"cat\", \"/variant\"]\n");
        Place.Write("scanner/scan", """
            #!/bin/sh
            printf '{"_type":"https://in-toto.io/Statement/v0.1","predicateType":"https://spdx.dev/Document","subject":[],"predicate":{"spdxVersion":"SPDX-2.3"}}' > $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json

            """);
        Place.Write("scanner/Dockerfile", "FROM busybox:1.36\nCOPY --chmod=755 scan /scan\nENTRYPOINT [\"/scan\"]\n");
        await Place.BuildxAsync("build", "--provenance=false", "-t", Scanner, "--push", Place.Project + "/scanner");
    }

    public async ValueTask DisposeAsync()
    {
        await Docker.DisposeAsync();
        await Containerd.DisposeAsync();
        await Place.DisposeAsync();
        await Registry.DisposeAsync();
        // Podman's own.
        await _directory.UnmountAsync();
        _directory.Dispose();
    }

    private string Scanner => $"{Registry.Host}/scanner:1";

    /// <summary>Builds a variant.</summary>
    internal async Task<ExporterResult> BuildAsync(ExporterVariant variant)
    {
        var context = $"{Path}/{variant.Name}/context";
        var destination = $"{Path}/{variant.Name}/output";
        Directory.CreateDirectory(context);
        await File.WriteAllTextAsync(context + "/variant", variant.Name);
        var repository = variant.Kind is ExporterKind.Push ? $"{Registry.Host}/exporters/{variant.Name}" : $"exporters/{variant.Name}";
        var names = string.Format(System.Globalization.CultureInfo.InvariantCulture, variant.Names, repository);
        await Place.BuildxAsync([
            "build", "--progress=plain", "-f", Place.Project + "/Dockerfile", "--metadata-file", $"{context}/../metadata.json",
            .. variant.Arguments.Select(argument => argument.Replace("{scanner}", Scanner, StringComparison.Ordinal)),
            // What another variant would leave is this one's to delete.
            .. variant.Has("mode=delete") ? (string[])["--allow=buildx.local.delete"] : [],
            "-o", OutputOf(variant, names, destination), context]);
        var metadata = JsonNode.Parse(await File.ReadAllTextAsync($"{context}/../metadata.json"))!;
        return new ExporterResult(variant, destination, [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries)], metadata["containerimage.digest"]?.ToString() ?? "");
    }

    private static string OutputOf(ExporterVariant variant, string names, string destination)
    {
        var output = variant.Kind switch
        {
            ExporterKind.Push => "type=image,push=true",
            ExporterKind.OciArchive => $"type=oci,dest={destination}",
            ExporterKind.OciDirectory => $"type=oci,tar=false,dest={destination}",
            ExporterKind.DockerArchive => $"type=docker,dest={destination}",
            ExporterKind.DockerDirectory => $"type=docker,tar=false,dest={destination}",
            ExporterKind.Files => $"type=local,dest={destination}",
            _ => $"type=tar,dest={destination}",
        };
        if (names.Length > 0 && variant.Kind is not (ExporterKind.Files or ExporterKind.FilesArchive))
            output += $",\"name={names}\"";
        return variant.Attributes.Length > 0 ? $"{output},{variant.Attributes}" : output;
    }
}
