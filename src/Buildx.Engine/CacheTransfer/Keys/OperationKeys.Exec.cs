using System.Collections.Immutable;
using Buildx.Engine.Trees;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Platform = Buildx.Protocol.Pb.Platform;

namespace Buildx.Engine.CacheTransfer.Keys;

internal static partial class OperationKeys
{
    private static OperationKey Of(ExecOp operation, Platform? platform, int inputs)
    {
        var known = operation.Clone();
        foreach (var host in known.Meta.ExtraHosts)
            host.IP = "";
        foreach (var mount in known.Mounts)
        {
            mount.Selector = "";
            if (mount.CacheOpt is { } cache && !IsDefaultCache(mount.Dest, cache))
                (cache.ID, cache.Sharing) = ("", CacheSharingOpt.Shared);
        }
        known.Meta.ProxyEnv = null;
        if (IsRootOnly(known))
            known.Mounts.Clear();
        var runsOn = platform ?? PlatformMessage.Write(Oci.Platform.Host);
        var json = new GoJson().Object(fields => fields
            .Name("Type").Text("buildkit.exec.v0")
            .Name("Exec").Object(exec => Write(exec, known))
            .Name("OS").Text(runsOn.OS)
            .Name("Arch").Text(runsOn.Architecture)
            .Field("Variant", runsOn.Variant)
            .Field("OSVersion", runsOn.OSVersion)
            .Field("OSFeatures", runsOn.OSFeatures));
        return new OperationKey(Hash(json.ToString()), InputsOf(operation, inputs));
    }

    private static ImmutableArray<InputKey> InputsOf(ExecOp operation, int inputs)
    {
        var selectors = Enumerable.Range(0, inputs).Select(_ => new List<string>()).ToArray();
        var byContent = new bool[inputs];
        foreach (var mount in operation.Mounts)
        {
            if (mount.MountType is MountType.Secret or MountType.Ssh or MountType.Tmpfs || mount.Input < 0 || mount.Input >= inputs)
                continue;
            var selector = TreePath.Clean(mount.Selector);
            selectors[mount.Input].Add(selector);
            // What a step can neither change nor pass on, or takes as a whole, is fully told by its content.
            var isSafe = mount.Output == SkippedOutput || mount.Readonly || selector == "/";
            byContent[mount.Input] = mount.ContentCache switch
            {
                MountContentCache.Off => false,
                MountContentCache.Default when mount.Dest == "/" => false,
                _ => isSafe,
            };
        }
        return [.. selectors.Select((paths, input) => new InputKey(
            paths.Count > 0 ? Hash(string.Join('\0', paths)).Value : "",
            byContent[input] ? ContentOf(paths) : null))];
    }

    private const long SkippedOutput = -1;

    private static ImmutableArray<ChecksumSelection> ContentOf(List<string> paths)
    {
        var outermost = ChecksumSelection.Outermost(paths);
        return outermost.Contains("/") ? [new ChecksumSelection("/")] : [.. outermost.Select(path => new ChecksumSelection(path) { FollowLinks = true })];
    }

    // The caches that a Dockerfile gets without saying more have ids of their own in the key; all others don't count.
    private static bool IsDefaultCache(string destination, CacheOpt cache)
    {
        var slash = cache.ID.IndexOf('/', StringComparison.Ordinal);
        return cache.Sharing == CacheSharingOpt.Shared && (cache.ID == destination || (slash >= 0 && cache.ID[(slash + 1)..] == destination));
    }

    private static bool IsRootOnly(ExecOp operation) =>
        operation.Mounts is [{ Dest: "/", Readonly: false, MountType: MountType.Bind, CacheOpt: null, SSHOpt: null, SecretOpt: null, ResultID: "" }];

    private static void Write(GoJson json, ExecOp exec) => json
        .Field("meta", exec.Meta, (meta, value) => meta
            .Field("args", value.Args)
            .Field("env", value.Env)
            .Field("cwd", value.Cwd)
            .Field("user", value.User)
            .Field("extraHosts", value.ExtraHosts, (item, host) => item.Object(fields => fields.Field("Host", host.Host).Field("IP", host.IP)))
            .Field("hostname", value.Hostname)
            .Field("ulimit", value.Ulimit, (item, limit) => item.Object(fields => fields
                .Field("Name", limit.Name).Field("Soft", limit.Soft).Field("Hard", limit.Hard)))
            .Field("cgroupParent", value.CgroupParent)
            .Field("removeMountStubsRecursive", value.RemoveMountStubsRecursive)
            .Field("validExitCodes", value.ValidExitCodes, (item, code) => item.Number(code)))
        .Field("mounts", exec.Mounts, (item, mount) => item.Object(fields => Write(fields, mount)))
        .Field("network", (long)exec.Network)
        .Field("security", (long)exec.Security)
        .Field("secretenv", exec.Secretenv, (item, secret) => item.Object(fields => fields
            .Field("ID", secret.ID).Field("name", secret.Name).Field("optional", secret.Optional)))
        .Field("cdiDevices", exec.CdiDevices, (item, device) => item.Object(fields => fields
            .Field("name", device.Name).Field("optional", device.Optional)));

    private static void Write(GoJson json, Mount mount) => json
        .Field("input", mount.Input)
        .Field("selector", mount.Selector)
        .Field("dest", mount.Dest)
        .Field("output", mount.Output)
        .Field("readonly", mount.Readonly)
        .Field("mountType", (long)mount.MountType)
        .Field("TmpfsOpt", mount.TmpfsOpt, (fields, options) => fields.Field("size", options.Size))
        .Field("cacheOpt", mount.CacheOpt, (fields, options) => fields.Field("ID", options.ID).Field("sharing", (long)options.Sharing))
        .Field("secretOpt", mount.SecretOpt, (fields, options) => fields
            .Field("ID", options.ID).Field("uid", options.Uid).Field("gid", options.Gid).Field("mode", options.Mode).Field("optional", options.Optional))
        .Field("SSHOpt", mount.SSHOpt, (fields, options) => fields
            .Field("ID", options.ID).Field("uid", options.Uid).Field("gid", options.Gid).Field("mode", options.Mode).Field("optional", options.Optional))
        .Field("resultID", mount.ResultID)
        .Field("contentCache", (long)mount.ContentCache);
}
