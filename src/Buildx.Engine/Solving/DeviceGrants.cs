using System.Collections.Immutable;
using Buildx.Dockerfile;

namespace Buildx.Engine.Solving;

/// <summary>The devices that a build may use.</summary>
/// <param name="All">Whatever there is.</param>
/// <param name="Names">As a step may name them: of one, of a kind, of a class.</param>
/// <param name="Aliases">Names that steps use, and what stands for them here.</param>
internal sealed record DeviceGrants(bool All, ImmutableHashSet<string> Names, ImmutableDictionary<string, string> Aliases)
{
    /// <param name="text">What stands behind <c>device=</c>; empty for all.</param>
    /// <exception cref="FormatException">It is not of the form <c>NAME[,alias=ALIAS]</c>.</exception>
    public DeviceGrants With(string text)
    {
        if (text.Length == 0)
            return this with { All = true };
        var fields = CommaSeparated.Split(text);
        string? alias = null;
        foreach (var field in fields.Skip(1))
        {
            if (!field.StartsWith("alias=", StringComparison.Ordinal) || field.Length == "alias=".Length)
                throw new FormatException($"entitlement device={text}: \"{field}\" is not known (want device=NAME,alias=ALIAS)");
            alias = field["alias=".Length..];
        }
        return alias is null ? this with { Names = Names.Add(fields[0]) } : this with { Aliases = Aliases.SetItem(alias, fields[0]) };
    }
}
