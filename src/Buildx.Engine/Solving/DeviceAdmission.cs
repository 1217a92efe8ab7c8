using System.Collections.Immutable;
using Buildx.Engine.Execution.Devices;
using Buildx.Llb;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Solving;

/// <summary>
/// Puts the devices that there are, and that the build may use, in the place of those that its steps ask for. The graph says
/// afterwards what is used, so that a step without its optional device is another step than with it.
/// </summary>
internal static class DeviceAdmission
{
    /// <returns>The same graph when no step asks for devices.</returns>
    /// <exception cref="VertexException">A device is not there, or not allowed.</exception>
    public static Definition Apply(Definition definition, LlbGraph graph, DeviceCatalog catalog, DeviceGrants grants)
    {
        DeviceInventory? inventory = null;
        var granted = new Dictionary<string, ImmutableArray<string>>();
        foreach (var vertex in graph.Vertices)
        {
            if (vertex.Operation is { OpCase: Op.OpOneofCase.Exec, Exec.CdiDevices.Count: > 0 } operation)
                granted[vertex.Digest.Value] = Grant(vertex, operation.Exec.CdiDevices, inventory ??= catalog.Read(), grants);
        }
        if (granted.Count == 0)
            return definition;
        return DefinitionRewriter.Rewrite(definition, (operation, digest) =>
        {
            if (!granted.TryGetValue(digest, out var devices))
                return false;
            operation.Exec.CdiDevices.Clear();
            operation.Exec.CdiDevices.AddRange(devices.Select(name => new CDIDevice { Name = name }));
            return true;
        });
    }

    private static ImmutableArray<string> Grant(LlbVertex vertex, IEnumerable<CDIDevice> wanted, DeviceInventory inventory, DeviceGrants grants)
    {
        var allowed = grants.Names.SelectMany(name => inventory.Find(name)).ToHashSet();
        var result = new List<string>();
        foreach (var request in wanted)
        {
            var isAlias = grants.Aliases.TryGetValue(request.Name, out var name);
            var devices = inventory.Find(name ?? request.Name);
            if (devices.IsEmpty && !request.Optional)
                throw Refuse(isAlias ? $"{request.Name} stands for {name}: {inventory.DescribeMissing(name!)}" : inventory.DescribeMissing(request.Name));
            foreach (var device in devices)
            {
                if (!grants.All && !isAlias && !allowed.Contains(device) && !inventory.IsAllowed(device))
                    throw Refuse($"the device {device.Name} is not allowed: grant it with --allow device={device.Name}");
                if (!result.Contains(device.Name))
                    result.Add(device.Name);
            }
        }
        return [.. result];

        VertexException Refuse(string reason) => new(vertex, new InvalidOperationException(reason));
    }
}
