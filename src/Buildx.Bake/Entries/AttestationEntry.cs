using System.Collections.Immutable;
using Buildx.Oci;

namespace Buildx.Bake.Entries;

/// <summary>One attestation that is asked for, or switched off.</summary>
public sealed record AttestationEntry(string Type, bool Disabled, ImmutableDictionary<string, string> Attributes)
{
    /// <exception cref="FormatException">Not an attestation.</exception>
    public static AttestationEntry Parse(string text)
    {
        var (type, disabled) = ("", false);
        var attributes = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (key, value) in CsvFields.Split(text).Select(EntryText.SplitPair))
        {
            switch (key.Trim().ToLowerInvariant())
            {
                case "type":
                    type = value;
                    break;
                case "disabled":
                    disabled = EntryText.ParseBoolean(value);
                    break;
                default:
                    attributes[key] = value;
                    break;
            }
        }
        return type.Length == 0
            ? throw new FormatException($"the attestation \"{text}\" has no type (want e.g. type=provenance,mode=max or type=sbom)")
            : new AttestationEntry(type, disabled, attributes.ToImmutable());
    }

    /// <summary>The text form of <c>--sbom=VALUE</c> and <c>--provenance=VALUE</c>.</summary>
    public static string Canonicalize(string type, string value) =>
        value.Length == 0 ? ""
        : BooleanText.TryParse(value, out var on) ? $"type={type},disabled={(on ? "false" : "true")}"
        : $"type={type},{value}";

    public override string ToString()
    {
        var pairs = new List<KeyValuePair<string, string>> { new("type", Type) };
        if (Disabled)
            pairs.Add(new("disabled", "true"));
        return EntryText.Join(pairs.Concat(Attributes.InOrder()));
    }
}
