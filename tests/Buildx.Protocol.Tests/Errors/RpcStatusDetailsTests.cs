using Buildx.Protocol.Errors;
using Buildx.Protocol.Pb;
using Google.Protobuf;
using Grpc.Core;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Protocol.Tests.Errors;

public sealed class RpcStatusDetailsTests
{
    [Fact]
    public void Details_survive_the_trailer()
    {
        var source = new Source { Info = new SourceInfo { Filename = "Dockerfile", Language = "Dockerfile", Data = ByteString.CopyFromUtf8("FROM a\nRUN b") } };
        source.Ranges.Add(new Pb.Range { Start = new Position { Line = 2 }, End = new Position { Line = 2, Character = 4 } });
        var exception = new RpcStatusDetails { Sources = [source], VertexDigest = "sha256:1" }.ToException(StatusCode.Unknown, "it failed");
        var details = RpcStatusDetails.Read(exception);
        Assert.Equal("it failed", exception.Status.Detail);
        Assert.Equal(source, Assert.Single(details.Sources));
        Assert.Equal("sha256:1", details.VertexDigest);
    }

    [Fact]
    public void What_is_not_understood_is_left_out() =>
        Assert.Empty(RpcStatusDetails.Read([1, 2, 3]).Sources);
}
