using System.Collections.Immutable;
using System.CommandLine;
using Buildx.Bake.Entitlements;
using Buildx.Bake.Entries;
using Buildx.Cli.Builders;
using Buildx.Cli.CommandLine;
using Buildx.Cli.Values;

namespace Buildx.Cli.Building;

/// <summary>The flags of <c>build</c>, and how they become a <see cref="BuildRequest"/>.</summary>
internal sealed class BuildFlags
{
    private const string LocalDelete = "buildx.local.delete";

    private readonly Option<string[]> _tags = Flag.List("--tag", "Name of the image; may be given several times", "[REGISTRY/]NAME[:TAG]", "-t");
    private readonly Option<string?> _file = Flag.Text("--file", "The Dockerfile (default: PATH/Dockerfile), or its URL; - reads it from standard input", "FILE", "-f");
    private readonly Option<string[]> _contexts = Flag.List("--build-context", "Further build context: a directory, docker-image://IMAGE, oci-layout://DIRECTORY[:TAG], docker-daemon://IMAGE or podman://IMAGE of this machine, or a URL", "NAME=SOURCE");
    private readonly Option<string[]> _platforms = Flag.List("--platform", "Platforms to build for", "PLATFORM,...");
    private readonly Option<string[]> _buildArguments = Flag.List("--build-arg", "Value of an ARG; without =VALUE it comes from the environment", "NAME[=VALUE]");
    private readonly Option<string[]> _labels = Flag.List("--label", "Label of the image", "NAME=VALUE");
    private readonly Option<string[]> _annotations = Flag.List("--annotation", "Annotation of the image, optionally for [TYPE[PLATFORM]:]", "NAME=VALUE");
    private readonly Option<string?> _target = Flag.Text("--target", "Build this stage instead of the last one", "STAGE");
    private readonly Option<bool> _push = Flag.Switch("--push", "Push the image to its registries; the same as --output=type=registry");
    private readonly Option<bool> _load = Flag.Switch("--load", "Load the image into the Docker Engine; the same as --output=type=docker");
    private readonly Option<string[]> _outputs = Flag.List("--output", "Where the result goes: type=image|registry|local|tar|oci|docker|cacheonly,dest=PATH,...", "OUTPUT", "-o");
    private readonly Option<string[]> _secrets = Flag.List("--secret", "Secret for RUN --mount=type=secret: id=ID[,src=FILE|,env=NAME]", "SECRET");
    private readonly Option<string[]> _ssh = Flag.List("--ssh", "SSH agent for RUN --mount=type=ssh and git over ssh: default or ID[=SOCKET|KEY,...]", "SSH");
    private readonly Option<bool> _noCache = Flag.Switch("--no-cache", "Run every step again");
    private readonly Option<string[]> _noCacheFilter = Flag.List("--no-cache-filter", "Run the steps of these stages again", "STAGE,...");
    private readonly Option<bool> _pull = Flag.Switch("--pull", "Always ask the registry for base images");
    private readonly Option<string[]> _allow = Flag.List("--allow", "Allow what steps may not do by default: network.host, security.insecure, device[=NAME]; buildx.local.delete: delete outside the working directory (type=local,mode=delete)", "ENTITLEMENT,...");
    private readonly Option<string?> _network = Flag.Text("--network", "Network of RUN steps: default, none or host", "MODE");
    private readonly Option<string[]> _addHosts = Flag.List("--add-host", "Entry of /etc/hosts in RUN steps", "NAME:IP");
    private readonly Option<string?> _shmSize = Flag.Text("--shm-size", "Size of /dev/shm in RUN steps", "SIZE");
    private readonly Option<string[]> _ulimits = Flag.List("--ulimit", "Limit of RUN steps, e.g. nofile=1024:2048", "NAME=SOFT[:HARD]");
    private readonly Option<string?> _cgroupParent = Flag.Text("--cgroup-parent", "Cgroup under which RUN steps run", "PATH");
    private readonly Option<string[]> _resources = Flag.List("--resource", "Limit of each RUN step, e.g. memory=2g, cpu-quota=50000", "NAME=VALUE,...");
    private readonly Option<string?> _progress = Flag.Text("--progress", "How progress is shown: auto, none, plain, quiet, rawjson, tty", "MODE");
    private readonly Option<bool> _quiet = Flag.Switch("--quiet", "Show nothing but the digest of the image", "-q");
    private readonly Option<string?> _metadataFile = Flag.Text("--metadata-file", "Write what is known about the result to this file, as JSON", "FILE");
    private readonly Option<string?> _imageIdFile = Flag.Text("--iidfile", "Write the image's digest to this file", "FILE");
    private readonly Option<string?> _call = Flag.Text("--call", "What to do: build, check, outline, targets; with ,format=json for programs", "METHOD");
    private readonly Option<bool> _check = Flag.Switch("--check", "Check the Dockerfile without building it; the same as --call=check");
    private readonly Option<string?> _print = Flag.Hide(Flag.Text("--print", "The old name of --call", "METHOD"));
    private readonly Option<string[]> _cacheFrom = Flag.List("--cache-from", "Cache to use: an image's name, or type=registry|local|s3|azblob|gha,...", "CACHE");
    private readonly Option<string[]> _cacheTo = Flag.List("--cache-to", "Where to export the cache: type=registry|local|inline|s3|azblob|gha,mode=min|max,...; with mounts=all (or ids: mounts=a;b) what cache mounts hold goes with it", "CACHE");
    private readonly Option<string[]> _attestations = Flag.List("--attest", "Statement about the image: type=provenance|sbom,...", "ATTESTATION");
    private readonly Option<string?> _provenance = Flag.Text("--provenance", "How the image was built: true, false, or mode=min|max,...; the same as --attest=type=provenance,VALUE", "VALUE");
    private readonly Option<string?> _sbom = Flag.Text("--sbom", "What is in the image: true, false, or generator=IMAGE,...; the same as --attest=type=sbom,VALUE", "VALUE");

    // Flags of the old docker build that BuildKit ignores as well.
    private readonly Option<bool> _compress = Flag.Hide(Flag.Switch("--compress", "Has no effect"));
    private readonly Option<bool> _remove = Flag.Hide(Flag.Switch("--rm", "Has no effect"));
    private readonly Option<bool> _forceRemove = Flag.Hide(Flag.Switch("--force-rm", "Has no effect"));

    public IEnumerable<Option> All =>
    [
        _tags, _file, _contexts, _platforms, _buildArguments, _labels, _annotations, _target, _push, _load, _outputs, _secrets, _ssh, _noCache, _noCacheFilter, _pull,
        _allow, _network, _addHosts, _shmSize, _ulimits, _cgroupParent, _resources, _progress, _quiet, _metadataFile, _imageIdFile,
        _call, _check, _print, _cacheFrom, _cacheTo, _attestations, _provenance, _sbom, _compress, _remove, _forceRemove,
    ];

    /// <exception cref="CliException">A value is wrong, or asks for what isn't there yet.</exception>
    public BuildRequest Read(CommandInvocation invocation)
    {
        var request = new BuildRequest
        {
            ContextPath = CheckContext(invocation.Arguments[0]),
            DockerfilePath = invocation.Get(_file) is { Length: > 0 } file ? file : null,
            NamedContexts = [.. invocation.Get(_contexts).Select(NamedContextSpec.Parse)],
            Tags = [.. invocation.Get(_tags).Select(tag => ImageTag.Parse("--tag", tag))],
            Platforms = PlatformList.Parse(DefaultPlatforms(invocation.Get(_platforms))),
            BuildArguments = WithSourceDateEpoch(KeyValue.ParseWithEnvironment("--build-arg", invocation.Get(_buildArguments))),
            Labels = KeyValue.Parse("--label", invocation.Get(_labels)),
            Annotations = invocation.Get(_annotations),
            Attestations = ReadAttestations(invocation),
            CacheFrom = [.. invocation.Get(_cacheFrom).SelectMany(value => ParseCaches("--cache-from", value))],
            CacheTo = [.. invocation.Get(_cacheTo).SelectMany(value => ParseCaches("--cache-to", value))],
            Target = invocation.Get(_target),
            NoCache = invocation.Get(_noCache),
            NoCacheStages = [.. invocation.Get(_noCacheFilter).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
            Pull = invocation.Get(_pull),
            Secrets = [.. invocation.Get(_secrets).Select(SecretSpec.Parse)],
            SshAgents = ReadSshAgents(invocation),
            Outputs = ReadOutputs(invocation),
            // The client's own business.
            Entitlements = [.. invocation.Get(_allow).SelectMany(ReadEntitlements).Where(text => text != LocalDelete)],
            NetworkMode = NetworkMode.Parse("--network", invocation.Get(_network)),
            ExtraHosts = [.. invocation.Get(_addHosts).SelectMany(value => value.Split(',')).Select(ParseExtraHost)],
            ShmSize = invocation.Get(_shmSize) is { } size ? ByteSize.Parse("--shm-size", size) : 0,
            Ulimits = [.. invocation.Get(_ulimits).Select(ParseUlimit)],
            CgroupParent = invocation.Get(_cgroupParent),
            Resources = ResourceLimits.Parse(invocation.Get(_resources)),
            Progress = BuildProgress.ReadMode(invocation.Get(_progress), !invocation.Get(_quiet)),
            Quiet = invocation.Get(_quiet),
            MetadataFile = invocation.Get(_metadataFile),
            MetadataProvenance = ProvenanceModes.Read(invocation.Get(_metadataFile)),
            ImageIdFile = invocation.Get(_imageIdFile),
            Call = ReadCall(invocation),
        };
        CheckTogether(request);
        if (!invocation.Get(_allow).SelectMany(ReadEntitlements).Contains(LocalDelete))
            CheckDeleting(request.Outputs);
        return request;
    }

    private List<AttestationEntry> ReadAttestations(CommandInvocation invocation)
    {
        var texts = invocation.Get(_attestations).ToList();
        foreach (var (type, option) in new[] { ("provenance", _provenance), ("sbom", _sbom) })
        {
            if (invocation.Get(option) is { Length: > 0 } value)
                texts.Add(AttestationEntry.Canonicalize(type, value));
        }
        try
        {
            return [.. texts.Select(AttestationEntry.Parse)];
        }
        catch (FormatException e)
        {
            throw new CliException($"--attest: {e.Message}", innerException: e);
        }
    }

    private static IReadOnlyList<CacheEntry> ParseCaches(string flag, string text)
    {
        try
        {
            return CacheEntry.ParseList(text);
        }
        catch (FormatException e)
        {
            throw new CliException($"{flag}: {e.Message}", innerException: e);
        }
    }

    private IReadOnlyList<SshSpec> ReadSshAgents(CommandInvocation invocation)
    {
        var agents = SshSpec.ParseAll(invocation.Get(_ssh));
        // A repository that is reached through ssh can't be had without.
        return agents.Count == 0 && RemoteContext.IsSsh(invocation.Arguments[0]) && !Directory.Exists(invocation.Arguments[0]) ? [SshSpec.Default] : agents;
    }

    private static string CheckContext(string context)
    {
        if (context == "-")
            return context;
        if (Directory.Exists(context) || RemoteContext.IsRemote(context))
            return context;
        throw new CliException(File.Exists(context)
            ? $"the build context {context} is a file, not a directory; to build a Dockerfile of another name: --file {context} DIRECTORY"
            : $"the build context {context} does not exist");
    }

    private static IEnumerable<string> DefaultPlatforms(IReadOnlyList<string> given) =>
        given.Count == 0 && Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") is { Length: > 0 } byDefault ? [byDefault] : given;

    private static IReadOnlyDictionary<string, string> WithSourceDateEpoch(IReadOnlyDictionary<string, string> arguments) =>
        !arguments.ContainsKey("SOURCE_DATE_EPOCH") && Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } epoch
            ? arguments.Append(new("SOURCE_DATE_EPOCH", epoch)).ToDictionary()
            : arguments;

    private List<OutputSpec> ReadOutputs(CommandInvocation invocation)
    {
        var outputs = invocation.Get(_outputs).Where(text => text.Length > 0).Select(OutputSpec.Parse).ToList();
        if (invocation.Get(_push))
        {
            // With an image output of one's own, --push only adds the push to it.
            var images = outputs.FindAll(output => output.Type == OutputType.Image);
            if (images.Count == 0)
                outputs.Add(OutputSpec.Push);
            else
                outputs = outputs.ConvertAll(output => output.Type == OutputType.Image ? output with { Attributes = output.Attributes.SetItem("push", "true") } : output);
        }
        if (invocation.Get(_load) && !outputs.Exists(output => output is { Type: OutputType.Docker, Destination: null }))
            outputs.Add(OutputSpec.Load);
        return outputs;
    }

    private FrontendCall? ReadCall(CommandInvocation invocation) =>
        invocation.Get(_call) is { Length: > 0 } call ? FrontendCall.Parse("--call", call)
        : invocation.Get(_print) is { Length: > 0 } print ? FrontendCall.Parse("--print", print)
        : invocation.Get(_check) ? new FrontendCall(FrontendCall.Lint, AsJson: false, IgnoreStatus: false)
        : null;

    /// <summary>Several at once, but for a device: what follows it is about it (<c>device=NAME,alias=ALIAS</c>).</summary>
    private static IEnumerable<string> ReadEntitlements(string text) =>
        text.Split('=')[0] == "device" ? [text] : CsvFields.Split("--allow", text).Select(CheckEntitlement);

    /// <summary>Below the working directory a build may delete what it doesn't make.</summary>
    private static void CheckDeleting(IReadOnlyList<OutputSpec> outputs)
    {
        var own = RealPath.Resolve(Environment.CurrentDirectory).Whole.TrimEnd('/') + "/";
        if (outputs.FirstOrDefault(output => output.DeletesOthers && !RealPath.Resolve(output.Destination!).Whole.StartsWith(own, StringComparison.Ordinal)) is { } output)
        {
            throw new CliException(
                $"--output: mode=delete would delete files of {Path.GetFullPath(output.Destination!)}, which is not below the working directory: allow it with --allow={LocalDelete}");
        }
    }

    private static string CheckEntitlement(string text) => text switch
    {
        "network.host" or "security.insecure" or "device" or LocalDelete => text,
        _ => throw new CliException($"--allow: there is no entitlement \"{text}\" (want network.host, security.insecure, device or {LocalDelete})"),
    };

    private static string ParseExtraHost(string text)
    {
        var separator = text.IndexOf('=') is var equals and > 0 ? equals : text.IndexOf(':');
        if (separator <= 0)
            throw new CliException($"--add-host: \"{text}\" is not of the form NAME:IP");
        var address = text[(separator + 1)..].Trim('[', ']');
        return address == HostGateway.Name || System.Net.IPAddress.TryParse(address, out _) ? $"{text[..separator]}={address}"
            : throw new CliException($"--add-host: \"{address}\" in \"{text}\" is not an IP address");
    }

    private static string ParseUlimit(string text)
    {
        var parts = text.Split('=', 2);
        var limits = parts.Length == 2 ? parts[1].Split(':') : [];
        return limits.Length is 1 or 2 && limits.All(limit => limit == "-1" || ulong.TryParse(limit, out _)) && parts[0].Length > 0
            ? $"{parts[0]}={limits[0]}:{limits[^1]}"
            : throw new CliException($"--ulimit: \"{text}\" is not of the form NAME=SOFT[:HARD] with numbers");
    }

    private static void CheckTogether(BuildRequest request)
    {
        if (request.ContextPath == "-" && request.DockerfilePath == "-")
            throw new CliException("standard input can be the context (-) or the Dockerfile (--file -), not both");
        if (request.NoCache && request.NoCacheStages.Count > 0)
            throw new CliException("--no-cache runs every step again; --no-cache-filter can't be used with it");
        if (request.Quiet && request.Progress is not ("auto" or "quiet" or "none"))
            throw new CliException($"--quiet and --progress={request.Progress} can't be used together");
        if (request.Call is null && request.Outputs.Any(output => output.Pushes) && request.Tags.Length == 0 && !request.Outputs.Any(output => output.Attributes.ContainsKey("name")))
            throw new CliException("a pushed image needs a name: add --tag REGISTRY/NAME:TAG");
        if (request.Outputs.Count(output => output.WritesToStandardOutput) > 1)
            throw new CliException("--output: only one output can go to standard output");
    }
}
