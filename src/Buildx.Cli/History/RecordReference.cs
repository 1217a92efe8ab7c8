using System.Globalization;

namespace Buildx.Cli.History;

/// <summary>Which build is meant: the latest, one that came so many before it (<c>^2</c>), or one by its name.</summary>
/// <param name="Builder">Null for the one that is in use; so of <c>BUILDER/NODE/REF</c>.</param>
internal sealed record RecordReference(string? Builder, string? Node, string Ref, int Offset)
{
    public static RecordReference Latest { get; } = new(null, null, "", 0);

    /// <summary>Whether any build may be meant, and which one is told by their order.</summary>
    public bool IsByOrder => Ref.Length == 0;

    /// <exception cref="CliException">It makes no sense.</exception>
    public static RecordReference Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Latest;
        if (text[0] == '^')
        {
            return int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? Latest with { Offset = offset }
                : throw new CliException($"\"{text}\" names no build: want ^ and how many builds before the latest, e.g. ^1");
        }
        return text.Split('/') switch
        {
            [var reference] => new RecordReference(null, null, reference, 0),
            [{ Length: > 0 } builder, { Length: > 0 } node, { Length: > 0 } reference] => new RecordReference(builder, node, reference, 0),
            _ => throw new CliException($"\"{text}\" names no build: want REF, BUILDER/NODE/REF or ^NUMBER"),
        };
    }
}
