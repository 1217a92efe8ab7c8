using System.Collections.Immutable;

namespace Buildx.Engine.Storage;

/// <summary>A record's outputs as the database keeps them: layers with commas between, a semicolon after each output, <c>-</c> for none.</summary>
internal static class RecordOutputs
{
    public static string Format(ImmutableArray<Snapshot?> outputs) =>
        string.Concat(outputs.Select(output => (output is null ? "-" : string.Join(',', output.Layers)) + ";"));

    public static ImmutableArray<Snapshot?> Parse(string text)
    {
        if (text.Length == 0)
            return [];
        return [.. text[..^1].Split(';').Select(output => output switch
        {
            "-" => null,
            "" => Snapshot.Empty,
            _ => new Snapshot([.. output.Split(',').Select(layer => new LayerId(layer))]),
        })];
    }
}
