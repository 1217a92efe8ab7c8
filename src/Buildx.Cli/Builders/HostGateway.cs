using Buildx.Client;
using Buildx.Drivers.Embedded;
using Buildx.Drivers.Store;

namespace Buildx.Cli.Builders;

/// <summary>The address under which steps reach the machine that they run on (<c>--add-host NAME=host-gateway</c>).</summary>
internal static class HostGateway
{
    public const string Name = "host-gateway";

    private const string Attribute = "add-hosts";
    private const string Label = "org.mobyproject.buildkit.worker.moby.host-gateway-ip";

    /// <summary>The same options with an address where the gateway was named.</summary>
    /// <exception cref="CliException">The builder does not tell it.</exception>
    public static async Task<SolveOptions> ApplyAsync(SolveOptions options, BuilderRecord builder, BuildkitClient client, CancellationToken cancellationToken)
    {
        if (options.FrontendAttributes.GetValueOrDefault(Attribute) is not { } hosts || !hosts.Split(',').Any(IsGateway))
            return options;
        var address = await FindAsync(builder, client, cancellationToken);
        var attributes = options.FrontendAttributes.ToDictionary();
        attributes[Attribute] = string.Join(',', hosts.Split(',').Select(host => IsGateway(host) ? host[..^Name.Length] + address : host));
        return options with { FrontendAttributes = attributes };
    }

    private static async Task<string> FindAsync(BuilderRecord builder, BuildkitClient client, CancellationToken cancellationToken)
    {
        // Steps of the embedded engine share the machine's network.
        if (builder.Driver == EmbeddedDriver.DriverName)
            return "127.0.0.1";
        foreach (var worker in await client.GetWorkersAsync(cancellationToken))
        {
            if (worker.Labels.GetValueOrDefault(Label) is { Length: > 0 } address)
                return address;
        }
        throw new CliException($"--add-host: {Name} is not supported by the {builder.Driver} driver of builder \"{builder.Name}\"; give the address");
    }

    private static bool IsGateway(string host) => host.EndsWith("=" + Name, StringComparison.Ordinal);
}
