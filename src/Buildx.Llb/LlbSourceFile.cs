namespace Buildx.Llb;

/// <summary>A file that a graph was written in, sent along so that failures can show its lines.</summary>
/// <param name="Language">As in GitHub's linguist, e.g. <c>Dockerfile</c>.</param>
/// <param name="Origin">The graph that the file was read from, null for none.</param>
public sealed record LlbSourceFile(string FileName, string Language, ReadOnlyMemory<byte> Content, LlbOutput? Origin = null)
{
    /// <summary>The file as the protocol's messages carry it.</summary>
    public Protocol.Pb.SourceInfo ToMessage()
    {
        var info = new Protocol.Pb.SourceInfo
        {
            Filename = FileName,
            Language = Language,
            Data = Google.Protobuf.ByteString.CopyFrom(Content.Span),
        };
        if (Origin is not null)
            info.Definition = LlbDefinition.Write(Origin);
        return info;
    }
}
