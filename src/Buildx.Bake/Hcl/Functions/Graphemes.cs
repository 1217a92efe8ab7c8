using System.Globalization;

namespace Buildx.Bake.Hcl.Functions;

/// <summary>What a reader sees as one character: a letter with its accents, a flag, a family.</summary>
internal static class Graphemes
{
    public static int Count(string text)
    {
        var count = 0;
        for (var i = 0; i < text.Length; count++)
            i += StringInfo.GetNextTextElementLength(text, i);
        return count;
    }

    public static IEnumerable<string> Split(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, i);
            yield return text.Substring(i, length);
            i += length;
        }
    }
}
