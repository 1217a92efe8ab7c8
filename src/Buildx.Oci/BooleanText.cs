namespace Buildx.Oci;

/// <summary>Yes and no as the options of BuildKit and its relatives write them: the spellings of Go's <c>strconv.ParseBool</c>.</summary>
public static class BooleanText
{
    public static bool IsTrue(string? text) => TryParse(text, out var value) && value;

    public static bool TryParse(string? text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
