using System.Text.Json;
using Buildx.Protocol.Errors;
using Buildx.Protocol.Pb;
using Google.Protobuf;
using Source = Buildx.Protocol.Errors.Source;

namespace Buildx.Cli.Building;

/// <summary>The answer to <c>frontend.lint</c>, as far as it is shown. Warnings are in the order of their lines.</summary>
internal sealed record LintAnswer(IReadOnlyList<LintAnswer.Warning> Warnings, LintAnswer.Failure? Error)
{
    /// <param name="Place">Null when it is about no line.</param>
    internal sealed record Warning(string Rule, string? Url, string Detail, Source? Place);

    /// <summary>Why the file could not be checked to its end.</summary>
    internal sealed record Failure(string Message, Source? Place);

    /// <exception cref="CliException">It is no such answer.</exception>
    public static LintAnswer Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var sources = Elements(root, "sources").Select(ReadInfo).ToList();
            var warnings = Elements(root, "warnings")
                .Select(warning => new Warning(Text(warning, "ruleName") ?? "", Text(warning, "url"), Text(warning, "detail") ?? "", ReadPlace(warning, sources)))
                .OrderBy(warning => warning.Place is { Ranges: [var first, ..] } ? first.Start.Line : 0)
                .ToList();
            var error = root.TryGetProperty("buildError", out var failure) && failure.ValueKind == JsonValueKind.Object
                ? new Failure(Text(failure, "message") ?? "", ReadPlace(failure, sources))
                : null;
            return new LintAnswer(warnings, error);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CliException($"the frontend's answer to the check can't be read: {e.Message}", innerException: e);
        }
    }

    private static SourceInfo ReadInfo(JsonElement source) => new()
    {
        Filename = Text(source, "filename") ?? "",
        Language = Text(source, "language") ?? "",
        Data = source.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.String ? ByteString.CopyFrom(data.GetBytesFromBase64()) : ByteString.Empty,
    };

    private static Source? ReadPlace(JsonElement parent, List<SourceInfo> sources)
    {
        if (!parent.TryGetProperty("location", out var location) || location.ValueKind != JsonValueKind.Object)
            return null;
        var index = location.TryGetProperty("sourceIndex", out var number) ? number.GetInt32() : 0;
        if (index < 0 || index >= sources.Count)
            return null;
        var place = new Source { Info = sources[index] };
        place.Ranges.AddRange(Elements(location, "ranges").Select(range => new Buildx.Protocol.Pb.Range
        {
            Start = ReadPosition(range, "start"),
            End = ReadPosition(range, "end"),
        }));
        return place;
    }

    private static Position ReadPosition(JsonElement range, string name) => range.TryGetProperty(name, out var position)
        ? new Position
        {
            Line = position.TryGetProperty("line", out var line) ? line.GetInt32() : 0,
            Character = position.TryGetProperty("character", out var character) ? character.GetInt32() : 0,
        }
        : new Position();

    private static IEnumerable<JsonElement> Elements(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : [];

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } found ? found : null;
}
