using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>A graph that is found in a file while another graph is built.</summary>
public static class LlbBuild
{
    private const string DefinitionInput = "buildkit.llb.definition";
    private const string FileAttribute = "llbbuild.filename";

    /// <param name="source">The file system with the graph: a serialized <see cref="Definition"/>.</param>
    /// <param name="file">Where in it; <c>buildkit.llb.definition</c> if null.</param>
    /// <returns>What that graph makes.</returns>
    public static LlbOutput Create(LlbOutput source, VertexOptions options, string? file = null)
    {
        const long graph = -1;
        var build = new BuildOp { Builder = graph };
        build.Inputs[DefinitionInput] = new BuildInput { Input = 0 };
        var capabilities = new List<string>();
        if (file is not null)
        {
            build.Attrs[FileAttribute] = file;
            capabilities.Add("source.buildop.llbfilename");
        }
        return LlbVertex.Create(new Op { Build = build }, [source], options, capabilities).Output();
    }
}
