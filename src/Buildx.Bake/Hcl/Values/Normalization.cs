namespace Buildx.Bake.Hcl.Values;

/// <summary>Unicode's composed form (NFC), in which the language keeps its strings.</summary>
internal static class Normalization
{
    public static string Compose(string text) => text;
}
