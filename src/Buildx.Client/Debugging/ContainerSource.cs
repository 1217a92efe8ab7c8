using System.Collections.Immutable;
using System.Text.Json;
using Buildx.Protocol.Gateway;
using Buildx.Protocol.Pb;
using FailedOperation = Buildx.Protocol.Errors.Solve;

namespace Buildx.Client.Debugging;

/// <summary>What a build's containers are made of.</summary>
/// <param name="After">As the step has left it, or the build's result.</param>
/// <param name="Before">As the step has found it; null for a result.</param>
internal sealed record ContainerSource(ContainerProgram Program, NewContainerRequest After, NewContainerRequest? Before)
{
    /// <returns>Null when the operation that failed is no step that runs something, or failed before it had its mounts.</returns>
    public static ContainerSource? OfFailure(FailedOperation? failed, bool withSecrets)
    {
        if (failed?.Op?.Exec is not { Meta: { } meta } step || failed.MountIDs.Count < step.Mounts.Count)
            return null;
        var program = new ContainerProgram
        {
            Arguments = [.. meta.Args],
            Environment = [.. meta.Env],
            User = meta.User,
            WorkingDirectory = meta.Cwd,
            Security = step.Security,
            Secrets = withSecrets ? [.. step.Secretenv] : [],
        };
        return new ContainerSource(program, Describe(failed.Op, failed.MountIDs), failed.InputIDs.Count < step.Mounts.Count ? null : Describe(failed.Op, failed.InputIDs));
    }

    /// <param name="config">The image's, as JSON; null if it has none.</param>
    public static ContainerSource OfResult(string reference, ReadOnlyMemory<byte>? config, NetMode network)
    {
        var request = new NewContainerRequest { Network = network, Mounts = { new Mount { Dest = "/", MountType = MountType.Bind, ResultID = reference, Input = -1 } } };
        return new ContainerSource(config is { } json ? ReadProgram(json) : new ContainerProgram(), request, null);
    }

    private static NewContainerRequest Describe(Op operation, IReadOnlyList<string> results)
    {
        var step = operation.Exec;
        var request = new NewContainerRequest { Network = step.Network, Platform = operation.Platform, Hostname = step.Meta.Hostname };
        request.ExtraHosts.Add(step.Meta.ExtraHosts);
        foreach (var (mount, result) in step.Mounts.Zip(results))
        {
            var taken = mount.Clone();
            taken.ResultID = result;
            request.Mounts.Add(taken);
        }
        return request;
    }

    private static ContainerProgram ReadProgram(ReadOnlyMemory<byte> json)
    {
        var config = JsonDocument.Parse(json).RootElement.TryGetProperty("config", out var value) && value.ValueKind == JsonValueKind.Object ? value : default;
        return new ContainerProgram
        {
            Arguments = List("Cmd"),
            Entrypoint = List("Entrypoint"),
            Environment = List("Env"),
            User = Text("User"),
            WorkingDirectory = Text("WorkingDir"),
        };

        ImmutableArray<string> List(string name) =>
            Get(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.GetString() ?? "")] : [];

        string Text(string name) => Get(name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

        JsonElement? Get(string name) => config.ValueKind == JsonValueKind.Object && config.TryGetProperty(name, out var property) ? property : null;
    }
}
