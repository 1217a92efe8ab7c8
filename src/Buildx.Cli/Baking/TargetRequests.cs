using System.Collections.Immutable;
using Buildx.Bake;
using Buildx.Bake.Targets;
using Buildx.Cli.Building;
using Buildx.Cli.Values;

namespace Buildx.Cli.Baking;

/// <summary>Makes of a target what <c>build</c> would make of its flags.</summary>
internal static class TargetRequests
{
    private const string Link = "target:";

    /// <exception cref="CliException">A value makes no sense, or asks for what isn't there yet; the message names the target.</exception>
    public static TargetBuild Create(BakeTarget target, BakeRequest bake)
    {
        try
        {
            RefuseWhatIsMissing(target);
            var links = (target.Contexts ?? new Dictionary<string, string>()).Where(pair => pair.Value.StartsWith(Link, StringComparison.Ordinal))
                .ToDictionary(pair => NamedContextSpec.ParseName(pair.Key), pair => pair.Value[Link.Length..], StringComparer.Ordinal);
            return new TargetBuild(target.Name, CreateRequest(target, bake), links, target.Description);
        }
        catch (CliException e)
        {
            throw new CliException($"target {target.Name}: {e.Message}", innerException: e);
        }
    }

    private static BuildRequest CreateRequest(BakeTarget target, BakeRequest bake)
    {
        var context = TargetPaths.WithoutScheme(target.Context ?? ".");
        var call = bake.Call ?? (target.Call is { Length: > 0 } own ? FrontendCall.Parse("call", own) : null);
        return new BuildRequest
        {
            ContextPath = CheckContext(context),
            DockerfilePath = target.DockerfileInline is null ? DockerfileOf(target, context) : null,
            DockerfileText = target.DockerfileInline,
            NamedContexts = [.. (target.Contexts ?? new Dictionary<string, string>()).Where(pair => !pair.Value.StartsWith(Link, StringComparison.Ordinal))
                .Select(pair => NamedContextSpec.Parse($"{pair.Key}={TargetPaths.WithoutScheme(pair.Value)}"))],
            Tags = [.. (target.Tags ?? []).SelectMany(tag => tag.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(tag => ImageTag.Parse("tags", tag))],
            Platforms = PlatformList.Parse(target.Platforms ?? []),
            BuildArguments = Said(target.Arguments),
            Labels = Said(target.Labels),
            Annotations = target.Annotations ?? [],
            Target = target.Stage,
            MetadataProvenance = ProvenanceModes.Read(bake.MetadataFile),
            NoCache = target.NoCache == true,
            NoCacheStages = target.NoCache == true ? [] : target.NoCacheFilter ?? [],
            Pull = target.Pull == true,
            Secrets = [.. (target.Secrets ?? []).Select(secret => SecretSpec.Parse(secret.ToString())), .. CredentialsOf(bake, context)],
            SshAgents = ReadSsh(target, context),
            Outputs = call is null ? [.. (target.Outputs ?? []).Select(output => OutputSpec.Parse(output.ToString()))] : [],
            Attestations = target.Attestations ?? [],
            CacheFrom = target.CacheFrom ?? [],
            CacheTo = target.CacheTo ?? [],
            Entitlements = [.. (target.Entitlements ?? []).Select(CheckEntitlement)],
            NetworkMode = NetworkMode.Parse("network", target.Network),
            ExtraHosts = [.. Said(target.ExtraHosts).Select(host => $"{host.Key}={host.Value}")],
            ShmSize = target.ShmSize is { Length: > 0 } size ? ByteSize.Parse("shm-size", size) : 0,
            Ulimits = [.. (target.Ulimits ?? []).Select(WithBothLimits)],
            Resources = ResourceLimits.Parse(target.Resources?.Entries().Select(entry => $"\"{entry.Key}={entry.Value}\"") ?? []),
            Progress = bake.Progress,
            Call = call,
        };
    }

    private static void RefuseWhatIsMissing(BakeTarget target)
    {
        if (target.Policies is { Count: > 0 })
            throw new CliException("policies are not supported yet");
    }

    private static string CheckContext(string context)
    {
        if (Directory.Exists(context) || RemoteAddress.IsRemote(context))
            return context;
        throw new CliException(File.Exists(context) ? $"its context {context} is a file, not a directory" : $"its context {context} does not exist");
    }

    /// <summary>A Dockerfile is relative to the context; of a remote one it is in there.</summary>
    private static string DockerfileOf(BakeTarget target, string context)
    {
        var dockerfile = target.Dockerfile ?? "Dockerfile";
        return TargetPaths.IsInWorkingDirectory(dockerfile) ? Path.GetFullPath(TargetPaths.WithoutScheme(dockerfile))
            : RemoteAddress.IsRemote(dockerfile) || Path.IsPathRooted(dockerfile) || !Directory.Exists(context) ? dockerfile
            : Path.Combine(context, dockerfile);
    }

    private static IReadOnlyDictionary<string, string> Said(IReadOnlyDictionary<string, string?>? values) =>
        values?.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal) ?? (IReadOnlyDictionary<string, string>)ImmutableDictionary<string, string>.Empty;

    private static IReadOnlyList<SshSpec> ReadSsh(BakeTarget target, string context) =>
        target.Ssh is { Count: > 0 } ssh ? SshSpec.ParseAll([.. ssh.Select(entry => $"{entry.Id}{(entry.Paths.Count > 0 ? "=" : "")}{string.Join(',', entry.Paths)}")])
        : !Directory.Exists(context) && RemoteContext.IsSsh(context) ? [SshSpec.Default]
        : [];

    /// <summary>Who may fetch the definition may fetch a context of the same host.</summary>
    private static IReadOnlyList<SecretSpec> CredentialsOf(BakeRequest bake, string context) =>
        bake.RemoteDefinition is { } url && GitCredentials.HaveOneHost(url, context) ? GitCredentials.For(url) : [];

    private static string CheckEntitlement(string text) => text is "network.host" or "security.insecure" || text.Split('=')[0] == "device" ? text : throw new CliException($"the entitlement {text} is not supported yet");

    private static string WithBothLimits(string ulimit)
    {
        var (name, limits) = (ulimit.Split('=')[0], ulimit[(ulimit.IndexOf('=', StringComparison.Ordinal) + 1)..].Split(':'));
        return $"{name}={limits[0]}:{limits[^1]}";
    }
}
