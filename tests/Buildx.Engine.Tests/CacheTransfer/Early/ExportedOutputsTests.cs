using Buildx.Engine.CacheTransfer.Early;
using Buildx.Llb;

namespace Buildx.Engine.Tests.CacheTransfer.Early;

public sealed class ExportedOutputsTests
{
    private static readonly LlbOutput Context = LlbSource.Local("context", VertexOptions.None);

    [Fact]
    public void All_steps_are_in_a_complete_cache_and_no_sources()
    {
        var side = Write(null, "side");
        var result = Run(Copy(Write(null, "base"), side));

        Assert.Equal(["base", "copy", "run", "side"], Names(result, isComplete: true));
    }

    [Fact]
    public void What_was_only_copied_from_is_no_part_of_the_result() =>
        Assert.Equal(["base", "copy", "run"], Names(Run(Copy(Write(null, "base"), Write(null, "side")))));

    [Fact]
    public void What_is_mounted_is_no_part_of_the_result() =>
        Assert.Equal(["base", "run"], Names(Run(Write(null, "base"), new ExecMount.Bind("/mnt", Write(null, "mounted"), ReadOnly: true))));

    [Fact]
    public void A_mount_that_is_written_to_is_a_result_of_its_own()
    {
        var run = Run(Write(null, "base"), new ExecMount.Bind("/mnt", Write(null, "mounted")));

        Assert.Equal(["mounted", "run"], Names(LlbExec.MountOutput(run, "/mnt")));
    }

    [Fact]
    public void All_that_is_merged_is_part_of_the_result_and_of_a_diff_nothing_is_known() => Assert.Equal(
        ["above", "base", "diff", "merge"],
        Names(LlbMerge.Create(
            [Write(null, "base"), Write(LlbDiff.Create(Write(null, "lower"), Write(null, "upper"), new VertexOptions { Name = "diff" }), "above")],
            new VertexOptions { Name = "merge" })!));

    [Fact]
    public void Several_actions_of_one_step_begin_with_the_first_ones_input() => Assert.Equal(
        ["base", "twice"],
        Names(new LlbFile(Write(null, "base")).MakeDirectory("/a", 493).Copy(Context, "/x", "/a/x").MakeDirectory("/b", 493).ToOutput(new VertexOptions { Name = "twice" })));

    private static LlbOutput Write(LlbOutput? target, string name) => new LlbFile(target).MakeFile("/" + name, 420, default).ToOutput(new VertexOptions { Name = name });

    private static LlbOutput Copy(LlbOutput target, LlbOutput source) =>
        new LlbFile(target).Copy(source, "/side", "/").Copy(Context, "/x", "/").ToOutput(new VertexOptions { Name = "copy" });

    private static LlbOutput Run(LlbOutput root, params ExecMount[] mounts) =>
        LlbExec.Create(new ExecSpecification { Root = root, Arguments = ["true"], Mounts = mounts }, new VertexOptions { Name = "run", Platform = new Buildx.Oci.Platform("linux", "amd64") });

    private static IEnumerable<string> Names(LlbOutput result, bool isComplete = false) =>
        ExportedOutputs.Of(LlbGraph.Read(LlbDefinition.Write(result)), isComplete).Select(output => output.Vertex.Name).Order(StringComparer.Ordinal);
}
