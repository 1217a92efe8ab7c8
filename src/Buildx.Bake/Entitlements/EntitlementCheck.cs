using Buildx.Bake.Targets;

namespace Buildx.Bake.Entitlements;

/// <summary>Finds what the targets of a plan would do that nobody has allowed.</summary>
public static class EntitlementCheck
{
    private const string LayoutScheme = "oci-layout://";

    /// <summary>What is missing; empty when everything is allowed.</summary>
    /// <param name="allowed">By <c>--allow</c>. The working directory may always be read and written, and so may what <c>--set</c> names.</param>
    public static Permissions FindMissing(BakePlan plan, Permissions allowed, string workingDirectory)
    {
        var directory = Permissions.Evaluate(workingDirectory);
        allowed.Reads.Add(directory);
        allowed.Writes.Add(directory);
        allowed.Reads.UnionWith(plan.Grants.Reads.Select(path => Permissions.Evaluate(Path.Combine(workingDirectory, path))));
        allowed.Writes.UnionWith(plan.Grants.Writes.Select(path => Permissions.Evaluate(Path.Combine(workingDirectory, path))));
        allowed.NetworkHost |= plan.Grants.NetworkHost;
        allowed.SecurityInsecure |= plan.Grants.SecurityInsecure;
        var missing = new Permissions();
        foreach (var target in plan.Targets.Values)
            Check(target, allowed, missing, workingDirectory);
        return missing;
    }

    private static void Check(BakeTarget target, Permissions allowed, Permissions missing, string workingDirectory)
    {
        foreach (var entitlement in target.Entitlements ?? [])
            CheckEntitlement(entitlement, allowed, missing);
        foreach (var path in ReadPaths(target, workingDirectory))
            AddMissing(missing.Reads, allowed.MayRead, path, workingDirectory);
        foreach (var path in WrittenPaths(target))
            AddMissing(missing.Writes, allowed.MayWrite, path, workingDirectory);
        missing.Ssh |= !allowed.Ssh && target.Ssh?.Any(ssh => ssh.Paths.Count == 0) == true;
        missing.LocalDelete |= !allowed.LocalDelete && target.Outputs?.Any(output => output.Type == "local" && output.Attributes.GetValueOrDefault("mode") == "delete") == true;
    }

    private static void CheckEntitlement(string entitlement, Permissions allowed, Permissions missing)
    {
        switch (entitlement)
        {
            case "network.host":
                missing.NetworkHost |= !allowed.NetworkHost;
                break;
            case "security.insecure":
                missing.SecurityInsecure |= !allowed.SecurityInsecure;
                break;
            case "device":
                missing.AllDevices |= !allowed.AllDevices;
                break;
            case var device when device.StartsWith("device=", StringComparison.Ordinal):
                var name = device["device=".Length..].Split(',')[0];
                if (!allowed.AllDevices && !allowed.Devices.Contains(name))
                    missing.Devices.Add(name);
                break;
        }
    }

    private static IEnumerable<string> ReadPaths(BakeTarget target, string workingDirectory)
    {
        var context = target.Context ?? ".";
        if (IsLocal(context))
        {
            yield return context;
            if (target.DockerfileInline is null)
                yield return Path.Combine(context, TargetPaths.WithoutScheme(target.Dockerfile ?? "Dockerfile"));
        }
        foreach (var source in (target.Contexts ?? new Dictionary<string, string>()).Values.Where(IsLocal))
            yield return source.StartsWith(LayoutScheme, StringComparison.Ordinal) ? LayoutDirectory(source[LayoutScheme.Length..], workingDirectory) : TargetPaths.WithoutScheme(source);
        foreach (var cache in target.CacheFrom ?? [])
        {
            if (cache.Type == "local" && cache.Attributes.TryGetValue("src", out var source))
                yield return source;
        }
        foreach (var secret in target.Secrets ?? [])
        {
            if (secret.Source.Length > 0)
                yield return secret.Source;
        }
        foreach (var path in (target.Ssh ?? []).SelectMany(ssh => ssh.Paths))
            yield return path;
    }

    /// <summary><c>PATH[:TAG][@DIGEST]</c>; a directory with a colon in its name is one all the same.</summary>
    private static string LayoutDirectory(string layout, string workingDirectory)
    {
        if (layout.LastIndexOf('@') is var at and > 0)
            layout = layout[..at];
        var colon = layout.LastIndexOf(':');
        return colon > 0 && !layout.AsSpan(colon).Contains('/') && !Directory.Exists(Path.Combine(workingDirectory, layout)) ? layout[..colon] : layout;
    }

    private static IEnumerable<string> WrittenPaths(BakeTarget target)
    {
        foreach (var output in target.Outputs ?? [])
        {
            if (output.Destination is not ("" or "-"))
                yield return output.Destination;
        }
        foreach (var cache in target.CacheTo ?? [])
        {
            if (cache.Type == "local" && cache.Attributes.TryGetValue("dest", out var destination))
                yield return destination;
        }
    }

    private static bool IsLocal(string source) => !RemoteAddress.IsRemote(source)
        && !source.StartsWith("target:", StringComparison.Ordinal) && !source.StartsWith("docker-image:", StringComparison.Ordinal)
        && !source.StartsWith("docker-daemon:", StringComparison.Ordinal) && !source.StartsWith("podman:", StringComparison.Ordinal);

    /// <summary>What doesn't exist yet is asked for by the directory that it would be made in.</summary>
    private static void AddMissing(SortedSet<string> missing, Func<string, bool> isAllowed, string path, string workingDirectory)
    {
        var real = RealPath.Resolve(Path.Combine(workingDirectory, path));
        if (!isAllowed(real.Existing) && !isAllowed(real.Whole) && !missing.Any(parent => real.Existing.StartsWith(parent + "/", StringComparison.Ordinal)))
            missing.Add(real.Existing);
    }
}
