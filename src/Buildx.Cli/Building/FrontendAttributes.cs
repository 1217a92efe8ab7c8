using System.Globalization;

namespace Buildx.Cli.Building;

/// <summary>A <see cref="BuildRequest"/> in the words of the Dockerfile frontend.</summary>
internal static class FrontendAttributes
{
    /// <param name="proxies">Build arguments that Docker's configuration adds where the user gave none.</param>
    public static Dictionary<string, string> Create(BuildRequest request, BuildSources sources, IReadOnlyDictionary<string, string> proxies)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["filename"] = sources.DockerfileName };
        if (sources.ContextUrl is { } url)
            attributes["context"] = url;
        // Else the Dockerfile is looked for in the remote context.
        if (sources.ContextUrl is not null && sources.DockerfileDirectory is not null)
            attributes["dockerfilekey"] = "dockerfile";
        foreach (var named in request.NamedContexts)
            attributes[$"context:{named.Name}"] = named.Source ?? $"local:{named.LocalName}";
        // A frontend that doesn't know them would build something else.
        if (request.NamedContexts.Count > 0)
            attributes["frontend.caps"] = "moby.buildkit.frontend.contexts+forward";
        foreach (var (name, value) in request.BuildArguments)
            attributes[$"build-arg:{name}"] = value;
        foreach (var (name, value) in proxies)
        {
            if (!request.BuildArguments.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
                attributes[$"build-arg:{name}"] = value;
        }
        foreach (var (name, value) in request.Labels)
            attributes[$"label:{name}"] = value;
        foreach (var (name, value) in request.Resources)
            attributes[name] = value;
        if (request.Target is { Length: > 0 } target)
            attributes["target"] = target;
        if (request.NoCache)
            attributes["no-cache"] = "";
        else if (request.NoCacheStages.Count > 0)
            attributes["no-cache"] = string.Join(',', request.NoCacheStages);
        if (request.Pull)
            attributes["image-resolve-mode"] = "pull";
        if (request.Platforms.Count > 0)
            attributes["platform"] = string.Join(',', request.Platforms);
        if (request.NetworkMode is not null)
            attributes["force-network-mode"] = request.NetworkMode;
        if (request.ExtraHosts.Count > 0)
            attributes["add-hosts"] = string.Join(',', request.ExtraHosts);
        if (request.ShmSize > 0)
            attributes["shm-size"] = request.ShmSize.ToString(CultureInfo.InvariantCulture);
        if (request.Ulimits.Count > 0)
            attributes["ulimit"] = string.Join(',', request.Ulimits);
        if (request.CgroupParent is { Length: > 0 } parent)
            attributes["cgroup-parent"] = parent;
        if (request.BuildArguments.TryGetValue("BUILDKIT_MULTI_PLATFORM", out var multi) && multi is "1" or "true")
            attributes["multi-platform"] = "true";
        if (request.Call is null)
            AddAttestations(request, attributes);
        return attributes;
    }

    /// <summary>Images tell by default, in their index, where they come from.</summary>
    private static void AddAttestations(BuildRequest request, Dictionary<string, string> attributes)
    {
        // Of one type the last word counts.
        var entries = request.Attestations.GroupBy(entry => entry.Type, StringComparer.Ordinal).Select(group => group.Last()).ToList();
        if (!entries.Exists(entry => entry.Type == "provenance") && Environment.GetEnvironmentVariable("BUILDX_NO_DEFAULT_ATTESTATIONS") is not ("1" or "true"))
            attributes["attest:provenance"] = DaemonCheck.DefaultProvenance;
        foreach (var entry in entries.Where(entry => !entry.Disabled))
        {
            var text = entry.ToString();
            attributes[$"attest:{entry.Type}"] = text.Contains(',', StringComparison.Ordinal) ? text[(text.IndexOf(',', StringComparison.Ordinal) + 1)..] : "";
        }
    }
}
