using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;
using Platform = Buildx.Oci.Platform;

namespace Buildx.Engine.Attestations.Sbom;

/// <summary>The graph of a result, with a step that scans it at the end; its result is what the scanner has written.</summary>
internal static class ScanGraph
{
    public const string Source = "/run/src/core/sbom";
    public const string Output = "/run/out/";

    private const string Description = "llb.customname";

    public static Definition Create(
        Definition scanned, ImageReference scanner, string platformId, IEnumerable<string> command, string directory, IEnumerable<string> environment)
    {
        var graph = scanned.Clone();
        // The last vertex only says which output of which vertex is the result.
        var result = Op.Parser.ParseFrom(graph.Def[^1]).Inputs[0];
        graph.Def.RemoveAt(graph.Def.Count - 1);
        var platform = PlatformMessage.Write(Platform.Host);
        var image = Add(graph, new Op
        {
            Platform = platform,
            Source = new SourceOp { Identifier = $"docker-image://{scanner}" },
        });
        var scan = Add(graph, new Op
        {
            Platform = platform,
            Inputs = { new Input { Digest = image.Value }, result },
            Exec = new ExecOp
            {
                Meta = new Meta { Args = { command }, Env = { environment }, Cwd = directory, RemoveMountStubsRecursive = true },
                Mounts =
                {
                    new Mount { Dest = "/", Input = 0, Output = 0 },
                    new Mount { Dest = "/tmp", Input = -1, Output = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt() },
                    new Mount { Dest = Source, Input = 1, Output = -1, Readonly = true },
                    new Mount { Dest = Output, Input = -1, Output = 1 },
                },
            },
        });
        graph.Metadata[scan.Value] = new OpMetadata
        {
            Description = { [Description] = $"[{(platformId.Length > 0 ? platformId : Platform.Host.ToString())}] generating sbom using {scanner.FamiliarName}" },
        };
        Add(graph, new Op { Inputs = { new Input { Digest = scan.Value, Index = 1 } } });
        return graph;
    }

    private static Digest Add(Definition graph, Op operation)
    {
        var bytes = operation.ToByteString();
        graph.Def.Add(bytes);
        return Digest.Sha256(bytes.Span);
    }
}
