using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;

namespace Buildx.Engine.Explanations;

/// <summary>Where a step is: in which stage of which project, told by the name that frontends give their steps.</summary>
internal static class StepPlace
{
    public static Digest Of(LlbVertex vertex, string project)
    {
        using var hash = new KeyHash("place");
        return hash.Add(project).Add(StageOf(vertex.Name)).Add((long)vertex.Operation.OpCase).ToDigest();
    }

    /// <summary>Of <c>[build 2/5] RUN make</c>, <c>RUN make</c>.</summary>
    public static string TextOf(string name) => name.StartsWith('[') && name.IndexOf(']') is > 0 and var end ? name[(end + 1)..].TrimStart() : name;

    /// <summary>Of <c>[linux/arm64 build 2/5] RUN make</c>, <c>build</c>.</summary>
    public static string StageOf(string name)
    {
        if (!name.StartsWith('[') || name.IndexOf(']') is not (> 0 and var end))
            return "";
        return string.Join(' ', name[1..end].Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !word.Contains('/')));
    }
}
