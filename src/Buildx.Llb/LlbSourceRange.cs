using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>A part of a source file. Lines count from 1, characters from 0; an end is included.</summary>
public readonly record struct LlbSourceRange(int StartLine, int StartCharacter, int EndLine, int EndCharacter)
{
    /// <summary>A whole line.</summary>
    public static LlbSourceRange Line(int line) => new(line, 0, line, 0);

    public Protocol.Pb.Range ToMessage() => new()
    {
        Start = new Position { Line = StartLine, Character = StartCharacter },
        End = new Position { Line = EndLine, Character = EndCharacter },
    };

    internal static LlbSourceRange Read(Protocol.Pb.Range range) =>
        new(range.Start?.Line ?? 0, range.Start?.Character ?? 0, range.End?.Line ?? 0, range.End?.Character ?? 0);
}
