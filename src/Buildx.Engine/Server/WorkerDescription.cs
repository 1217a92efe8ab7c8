using System.Reflection;
using Buildx.Engine.Execution;
using Buildx.Engine.Execution.Devices;
using Buildx.Engine.Server.Configuration;
using Buildx.Engine.Solving;
using Buildx.Engine.Storage;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Types;

namespace Buildx.Engine.Server;

/// <summary>The engine as its only worker, as <c>ListWorkers</c> shows it.</summary>
internal sealed class WorkerDescription(string id, EngineConfiguration configuration, IEmulation emulation, DeviceCatalog devices, IReadOnlyList<PrunePolicy> policies)
{
    private const string LabelPrefix = "org.mobyproject.buildkit.worker.";

    /// <summary>Kept under the root directory, so that it stays the same when the engine starts again.</summary>
    public static string ReadOrCreateId(string root)
    {
        var file = Path.Combine(root, "workerid");
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } known)
            return known;
        var id = Guid.NewGuid().ToString("N")[..25];
        File.WriteAllText(file, id);
        return id;
    }

    public static BuildkitVersion Version()
    {
        var version = typeof(WorkerDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var plus = version.IndexOf('+');
        return new BuildkitVersion
        {
            Package = "buildx-dotnet",
            Version = "v" + (plus < 0 ? version : version[..plus]),
            Revision = plus < 0 ? "" : version[(plus + 1)..],
        };
    }

    public WorkerRecord ToRecord()
    {
        var record = new WorkerRecord { ID = id, BuildkitVersion = Version() };
        record.Labels.Add(LabelPrefix + "executor", "oci");
        record.Labels.Add(LabelPrefix + "hostname", Environment.MachineName);
        record.Labels.Add(LabelPrefix + "network", "host");
        record.Labels.Add(LabelPrefix + "oci.process-mode", "sandbox");
        record.Labels.Add(LabelPrefix + "selinux.enabled", "false");
        record.Labels.Add(LabelPrefix + "snapshotter", "overlayfs");
        foreach (var (key, value) in configuration.Labels)
            record.Labels[key] = value;
        IEnumerable<Platform> platforms = configuration.Platforms.Count > 0 ? configuration.Platforms : emulation.SupportedPlatforms;
        record.Platforms.AddRange(platforms.Select(PlatformMessage.Write));
        var inventory = devices.Read();
        foreach (var device in inventory.Devices)
        {
            var message = new CDIDevice { Name = device.Name, AutoAllow = inventory.IsAllowed(device) };
            message.Annotations.Add(device.Annotations);
            record.CDIDevices.Add(message);
        }
        foreach (var policy in policies)
        {
            var message = new GCPolicy
            {
                All = policy.All,
                KeepDuration = policy.KeepDuration.Ticks * 100,
                ReservedSpace = policy.ReservedSpace,
                MaxUsedSpace = policy.MaxUsedSpace,
                MinFreeSpace = policy.MinFreeSpace,
            };
            message.Filters.AddRange(policy.Filter.Expressions);
            record.GCPolicy.Add(message);
        }
        return record;
    }

    /// <exception cref="InvalidOperationException">The build asks for rights that this engine does not give.</exception>
    public void RefuseEntitlements(Entitlements entitlements)
    {
        foreach (var entitlement in entitlements.Names)
        {
            var isGranted = entitlement switch
            {
                // Steps share the host's network anyway.
                "network.host" => true,
                _ => configuration.InsecureEntitlements.Contains(entitlement),
            };
            if (!isGranted)
            {
                throw new InvalidOperationException(
                    $"entitlement {entitlement} is not allowed by this engine: start it with --allow-insecure-entitlement {entitlement} (buildx create --buildkitd-flags), or set insecure-entitlements in buildkitd.toml");
            }
        }
    }
}
