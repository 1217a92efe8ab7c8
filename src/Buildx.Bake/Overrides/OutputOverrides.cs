using System.Collections.Immutable;
using Buildx.Bake.Entries;

namespace Buildx.Bake.Overrides;

/// <summary>What <c>--push</c> and <c>--load</c> do to the outputs that a target has.</summary>
internal static class OutputOverrides
{
    public static IReadOnlyList<OutputEntry> Push(IReadOnlyList<OutputEntry> outputs, bool push)
    {
        if (!push)
            return WithoutPush(outputs);
        var pushed = outputs.Select(output => output.Type == "image" ? output with { Attributes = output.Attributes.SetItem("push", "true") } : output).ToList();
        // Only an image that is pushed or loaded is what a user means who has other outputs.
        if (outputs.All(output => output.Type == "docker"))
            pushed.Add(new OutputEntry("image", ImmutableDictionary<string, string>.Empty.Add("push", "true")));
        return pushed;
    }

    public static IReadOnlyList<OutputEntry> Load(IReadOnlyList<OutputEntry> outputs)
    {
        if (outputs.Any(output => output.Type is not ("docker" or "image" or "registry" or "oci") || output is { Type: "docker", Destination: "" }))
            return outputs;
        return [.. outputs, new OutputEntry("docker", [])];
    }

    private static List<OutputEntry> WithoutPush(IReadOnlyList<OutputEntry> outputs)
    {
        var kept = outputs.ToList();
        for (var i = 0; i < kept.Count;)
        {
            if (kept[i].Type == "registry")
            {
                kept[i] = kept[^1];
                kept.RemoveAt(kept.Count - 1);
                continue;
            }
            if (kept[i].Type == "image")
                kept[i] = kept[i] with { Attributes = kept[i].Attributes.SetItem("push", "false") };
            i++;
        }
        return kept;
    }
}
