using System.Collections.Immutable;

namespace Buildx.Engine.CacheTransfer;

/// <summary>Which cache mounts are exported too: attribute <c>mounts</c>.</summary>
/// <param name="Ids">Their ids; null for all that the build has.</param>
internal sealed record MountSelection(ImmutableArray<string>? Ids)
{
    /// <summary>Null where none are wanted.</summary>
    public static MountSelection? Read(CacheAttributes attributes) => attributes.Text("mounts") switch
    {
        null or "none" => null,
        "all" => new MountSelection((ImmutableArray<string>?)null),
        var text when text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } ids => new MountSelection([.. ids]),
        var text => throw attributes.Invalid("mounts", text, "all, none, or ids with semicolons between them"),
    };

    /// <param name="id">As the builder knows it: a frontend may have put a namespace before it.</param>
    public bool Includes(string id) => Ids is not { } ids || ids.Any(wanted =>
        id.TrimStart('/') == wanted.TrimStart('/') || id.EndsWith("/" + wanted.TrimStart('/'), StringComparison.Ordinal));
}
