using Buildx.Cli.Values;
using Buildx.Drivers.Docker;

namespace Buildx.Cli.Building;

/// <summary>
/// Outputs of the BuildKit inside a Docker Engine. Its images are the engine's: there is nothing to load. Without the containerd image
/// store it neither pushes nor writes archives; then the engine pushes the finished image.
/// </summary>
internal sealed record DockerOutputs(IReadOnlyList<OutputSpec> Specs, DockerPush? Push)
{
    private const string StoreHint = "turn on the engine's containerd image store, or use another builder (buildx create --use)";

    /// <exception cref="CliException">The engine cannot do it.</exception>
    public static async Task<DockerOutputs> CreateAsync(
        DockerDriver driver, BuildRequest request, IRegistryAuthentication? authentication, CancellationToken cancellationToken)
    {
        var outputs = request.Outputs.Count > 0 ? request.Outputs : [OutputSpec.Image];
        var hasStore = await driver.HasContainerdStoreAsync(cancellationToken);
        if (request.Platforms.Count > 1 && !hasStore)
            throw new CliException($"the Docker Engine of builder \"{driver.Endpoint}\" builds for one platform at a time; {StoreHint}");
        if (!hasStore && request.Attestations.FirstOrDefault(entry => !entry.Disabled) is { } attestation)
            throw new CliException($"the Docker Engine of builder \"{driver.Endpoint}\" keeps no attestations ({attestation.Type}) with its images; {StoreHint}");
        DockerPush? push = null;
        var specs = new List<OutputSpec>();
        foreach (var output in outputs.Where(output => output.Type != OutputType.CacheOnly))
        {
            var attributes = output.Attributes;
            var image = output.Type == OutputType.Image || output is { Type: OutputType.Docker, Destination: null };
            if (!image && output.Type is OutputType.Oci or OutputType.Docker && !hasStore)
                throw new CliException($"--output: the Docker Engine of builder \"{driver.Endpoint}\" writes no archive of type={output.ExporterName}; {StoreHint}");
            if (image && output.Pushes && !hasStore)
            {
                if (output.IsTrue("push-by-digest"))
                    throw new CliException($"--output: the Docker Engine of builder \"{driver.Endpoint}\" cannot push by digest; {StoreHint}");
                push = new DockerPush(driver, request.Tags, authentication);
                attributes = attributes.Remove("push");
            }
            specs.Add(image ? output with { Type = OutputType.Moby, Attributes = attributes } : output);
        }
        return new DockerOutputs(specs, push);
    }
}
