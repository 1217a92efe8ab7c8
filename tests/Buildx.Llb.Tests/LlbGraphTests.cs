using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb.Tests;

public sealed class LlbGraphTests
{
    private static readonly VertexOptions Amd64 = new() { Platform = new Oci.Platform("linux", "amd64") };

    [Fact]
    public void A_graph_that_is_written_reads_back_the_same()
    {
        var output = Example();
        var graph = LlbGraph.Read(LlbDefinition.Write(output));
        Assert.Equal(output, graph.Output);
        Assert.Equal(LlbDefinition.Write(output), LlbDefinition.Write(graph.Output));
    }

    [Fact]
    public void Every_vertex_comes_after_its_inputs()
    {
        var seen = new HashSet<Digest>();
        foreach (var vertex in LlbGraph.Read(LlbDefinition.Write(Example())).Vertices)
        {
            Assert.All(vertex.Inputs, input => Assert.Contains(input.Vertex.Digest, seen));
            Assert.True(seen.Add(vertex.Digest));
        }
    }

    [Fact]
    public void Equal_graphs_have_equal_digests() => Assert.Equal(Example(), Example());

    [Fact]
    public void An_input_that_is_missing_is_refused()
    {
        var definition = LlbDefinition.Write(Example());
        definition.Def.RemoveAt(0);
        Assert.Contains("not in the graph", Assert.Throws<InvalidLlbException>(() => LlbGraph.Read(definition)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_an_operation_does_not_have_is_refused()
    {
        var definition = LlbDefinition.Write(Example());
        var last = Op.Parser.ParseFrom(definition.Def[^1]);
        last.Inputs[0].Index = 7;
        definition.Def[^1] = last.ToByteString();
        Assert.Contains("output 7", Assert.Throws<InvalidLlbException>(() => LlbGraph.Read(definition)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_definition_is_an_empty_file_system() => Assert.Null(LlbGraph.Read(new Definition()).Output);

    [Fact]
    public void A_chain_of_fifty_thousand_steps_needs_no_deep_stack()
    {
        LlbOutput? output = null;
        for (var i = 0; i < 50_000; i++)
            output = new LlbFile(output).MakeDirectory($"/d{i}", 0b111_101_101).ToOutput(VertexOptions.None);
        Assert.Equal(50_000, LlbGraph.Read(LlbDefinition.Write(output)).Vertices.Count);
    }

    private static LlbOutput Example()
    {
        var image = LlbSource.Image(ImageReference.Parse("busybox"), Amd64);
        var context = LlbSource.Local("context", VertexOptions.None, new LocalSourceOptions { UniqueId = "u" });
        var copied = new LlbFile(image).Copy(context, "/a", "/b/").ToOutput(VertexOptions.None);
        return LlbExec.Create(new ExecSpecification { Root = copied, Arguments = ["make"], Mounts = [new ExecMount.Bind("/context", context, ReadOnly: true)] }, Amd64);
    }
}
