using Buildx.Bake.Entries;
using Buildx.Bake.Targets;

namespace Buildx.Bake.Compose;

/// <summary>Makes a target of a service's <c>build</c>.</summary>
/// <param name="isComplete">Whether references between services and secrets must lead somewhere.</param>
internal sealed class ServiceReader(
    ComposeEnvironment environment, string root, IReadOnlyDictionary<string, ComposeSecret> secrets, ComposeMapping? services, DiagnosticBag diagnostics, bool isComplete)
{
    private static readonly string[] BuildKeys =
    [
        "context", "dockerfile", "dockerfile_inline", "entitlements", "args", "ssh", "labels", "cache_from", "cache_to", "no_cache", "no_cache_filter",
        "additional_contexts", "network", "provenance", "sbom", "pull", "target", "shm_size", "extra_hosts", "isolation", "privileged", "secrets", "tags",
        "ulimits", "platforms",
    ];

    /// <returns>Null for a service that is not built, or is wrong.</returns>
    public BakeTarget? Read(ComposeEntry entry)
    {
        if (entry.Value is not ComposeMapping service)
        {
            if (entry.Value is not ComposeScalar { IsNull: true })
                diagnostics.Error(entry.Value.Range, $"the service {entry.Key} is a mapping, not {entry.Value.Kind}");
            else if (isComplete)
                diagnostics.Error(entry.KeyRange, $"the service {entry.Key} has neither an image nor a build");
            return null;
        }
        var fields = new ComposeFields(service, $"the service {entry.Key}", diagnostics);
        var image = fields.Text("image");
        var variables = new ServiceEnvironment(environment, root, diagnostics).Read(fields);
        if (service["build"] is not ComposeMapping build)
        {
            if (string.IsNullOrEmpty(image) && isComplete)
                diagnostics.Error(entry.KeyRange, $"the service {entry.Key} has neither an image nor a build");
            return null;
        }
        var name = TargetName.Sanitize(entry.Key);
        if (!TargetName.IsValid(name))
            diagnostics.Error(entry.KeyRange, $"the service {entry.Key} can't be a target", TargetName.Rule);
        try
        {
            var target = ReadBuild(new BakeTarget(name), new ComposeFields(build, $"the build of {entry.Key}", diagnostics), variables, entry.KeyRange);
            if (build["x-bake"] is { } extension)
                target = BakeExtension.Apply(target, extension, diagnostics);
            return target.Tags is not { Count: > 0 } && !string.IsNullOrEmpty(image) ? target with { Tags = [image] } : target;
        }
        catch (FormatException e)
        {
            diagnostics.Error(build.Range, $"the build of {entry.Key}: {e.Message}");
            return null;
        }
    }

    private BakeTarget ReadBuild(BakeTarget target, ComposeFields build, Func<string, string?> variables, SourceRange place)
    {
        build.CheckKeys(BuildKeys);
        var (dockerfile, inline) = (NonEmpty(build.Text("dockerfile")), NonEmpty(build.Text("dockerfile_inline")));
        if (isComplete && dockerfile is not null && inline is not null)
            diagnostics.Error(build.Mapping["dockerfile_inline"]!.Range, $"the build of {target.Name} has both a dockerfile and a dockerfile_inline", "keep one of them");
        var tags = Texts(build, "tags");
        return target with
        {
            Context = NonEmpty(build.Text("context")),
            Contexts = ReadContexts(build, place),
            Dockerfile = dockerfile,
            DockerfileInline = inline,
            Tags = tags,
            Labels = build.Pairs("labels").ToDictionary(pair => pair.Key, pair => (string?)(pair.Value ?? "")),
            Arguments = build.Pairs("args").Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? variables(pair.Key))).Where(pair => pair.Value is not null).ToDictionary(),
            CacheFrom = ReadCaches(build, "cache_from"),
            CacheTo = ReadCaches(build, "cache_to"),
            Network = NonEmpty(build.Text("network")),
            Platforms = Texts(build, "platforms"),
            Ssh = ReadSsh(build),
            Secrets = ReadSecrets(build),
            ShmSize = build.Size("shm_size") is > 0 and var size ? ByteSizes.Write(size) : null,
            Ulimits = ReadUlimits(build),
            ExtraHosts = HostList.Read(build),
            Attestations = ReadAttestations(build),
            NoCache = build.Flag("no_cache") is true ? true : null,
            Pull = build.Flag("pull") is true ? true : null,
            Stage = NonEmpty(build.Text("target")),
        };
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static IReadOnlyList<string>? Texts(ComposeFields build, string key) => build.Mapping[key] is null ? null : [.. build.Texts(key).Select(text => text.Text)];

    private static IReadOnlyList<CacheEntry>? ReadCaches(ComposeFields build, string key) =>
        build.Texts(key) is { Count: > 0 } caches ? [.. caches.SelectMany(cache => CacheEntry.ParseList(cache.Text))] : null;

    private IReadOnlyDictionary<string, string>? ReadContexts(ComposeFields build, SourceRange place)
    {
        if (build.Mapping["additional_contexts"] is null)
            return null;
        var contexts = build.Pairs("additional_contexts").ToDictionary(pair => pair.Key, pair => pair.Value ?? "");
        foreach (var (name, context) in contexts)
        {
            if (isComplete && context.StartsWith("service:", StringComparison.Ordinal))
                CheckService(context["service:".Length..], name, place);
        }
        return contexts.ToDictionary(pair => pair.Key, pair => BakeExtension.ToContext(pair.Value));
    }

    private void CheckService(string name, string context, SourceRange place)
    {
        var service = services?[name];
        if (service is null)
        {
            diagnostics.Error(place, $"the additional context {context} is of the service {name}, which there isn't", Suggestion.Find(name, services!.Entries.Select(entry => entry.Key)) is { } near ? $"did you mean {near}?" : null);
        }
        else if ((service as ComposeMapping)?["build"] is null)
        {
            diagnostics.Error(place, $"the additional context {context} is of the service {name}, which is not built");
        }
    }

    private static IReadOnlyList<SshEntry>? ReadSsh(ComposeFields build)
    {
        var keys = build.Pairs("ssh").Select(pair => new SshEntry(pair.Key, pair.Value is null ? [] : [pair.Value])).ToList();
        keys.Sort(SshEntry.Compare);
        return keys.Count > 0 ? keys : null;
    }

    private List<SecretEntry>? ReadSecrets(ComposeFields build)
    {
        if (build.Mapping["secrets"] is not { } node)
            return null;
        if (node is not ComposeSequence sequence)
        {
            build.Wrong<string>(node, "secrets", "a list");
            return null;
        }
        var read = new List<SecretEntry>();
        foreach (var item in sequence.Items.OfType<ComposeMapping>())
        {
            var source = new ComposeFields(item, "a secret of a build", diagnostics).Text("source") ?? "";
            if (secrets.TryGetValue(source, out var secret))
            {
                if (secret.IsExternal)
                    diagnostics.Error(item.Range, $"the secret {source} is external, which builds can't use", "give it a file or an environment");
                read.Add(new SecretEntry(source, secret.File, secret.Variable));
            }
            else if (isComplete)
            {
                diagnostics.Error(item.Range, $"the file declares no secret {source}", Suggestion.Find(source, secrets.Keys) is { } near ? $"did you mean {near}?" : null);
            }
        }
        return read;
    }

    private IReadOnlyList<string>? ReadUlimits(ComposeFields build)
    {
        if (build.Mapping["ulimits"] is not { } node)
            return null;
        if (node is not ComposeMapping limits)
            return build.Wrong<IReadOnlyList<string>>(node, "ulimits", "a mapping");
        return [.. limits.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry =>
        {
            var (soft, hard) = (0L, 0L);
            if (entry.Value is ComposeMapping both)
            {
                var fields = new ComposeFields(both, $"the ulimit {entry.Key}", diagnostics);
                (soft, hard) = (fields.Whole("soft") ?? 0, fields.Whole("hard") ?? 0);
            }
            else if (entry.Value is ComposeScalar { Value: long single })
            {
                (soft, hard) = (single, single);
            }
            else
            {
                build.Wrong<string>(entry.Value, $"ulimits.{entry.Key}", "a whole number");
            }
            return $"{entry.Key}={soft}:{hard}";
        })];
    }

    private static IReadOnlyList<AttestationEntry>? ReadAttestations(ComposeFields build)
    {
        var attestations = new List<AttestationEntry>();
        foreach (var type in new[] { "sbom", "provenance" })
        {
            if (build.Text(type) is { Length: > 0 } value)
                attestations.Add(AttestationEntry.Parse(AttestationEntry.Canonicalize(type, value)));
        }
        return attestations.Count > 0 ? attestations : null;
    }
}
