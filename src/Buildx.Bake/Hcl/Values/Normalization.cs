using System.Globalization;
using System.Text;

namespace Buildx.Bake.Hcl.Values;

/// <summary>
/// Unicode's composed form (NFC), in which the language keeps its strings. The platform knows it only together with its tables of
/// languages, which the executable does without.
/// </summary>
internal static class Normalization
{
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TailCount = 28;

    // Below this nothing combines with anything.
    private const char FirstCombining = '\u0300';
    private static readonly Lazy<Tables> Data = new(Tables.Read);

    public static string Compose(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstCombining - 1)) < 0)
            return text;
        var data = Data.Value;
        var characters = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, data, characters);
        Order(characters, data);
        Combine(characters, data);
        var result = new StringBuilder(text.Length);
        foreach (var character in characters)
            result.Append(new Rune(character));
        return result.ToString();
    }

    private static void Decompose(int character, Tables data, List<int> result)
    {
        var hangul = character - HangulBase;
        if (hangul is >= 0 and < LeadCount * VowelCount * TailCount)
        {
            result.Add(LeadBase + (hangul / (VowelCount * TailCount)));
            result.Add(VowelBase + (hangul % (VowelCount * TailCount) / TailCount));
            if (hangul % TailCount != 0)
                result.Add(TailBase + (hangul % TailCount));
        }
        else if (data.Parts.TryGetValue(character, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, data, result);
        }
        else
        {
            result.Add(character);
        }
    }

    /// <summary>Marks behind one character stand in the order of their classes; those of one class keep theirs.</summary>
    private static void Order(List<int> characters, Tables data)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            if (data.ClassOf(characters[start]) == 0)
                continue;
            var end = start + 1;
            while (end < characters.Count && data.ClassOf(characters[end]) != 0)
                end++;
            if (end - start > 1)
            {
                var sorted = characters.GetRange(start, end - start).OrderBy(data.ClassOf).ToList();
                for (var i = 0; i < sorted.Count; i++)
                    characters[start + i] = sorted[i];
            }
            start = end - 1;
        }
    }

    private static void Combine(List<int> characters, Tables data)
    {
        var starter = -1;
        var lastClass = 0;
        var kept = 0;
        foreach (var character in characters.ToArray())
        {
            var combiningClass = data.ClassOf(character);
            // A mark reaches its character only past marks of lower classes.
            var isBlocked = starter < 0 || (kept - 1 > starter && lastClass >= combiningClass);
            if (!isBlocked && Pair(characters[starter], character, data) is { } composed)
            {
                characters[starter] = composed;
                continue;
            }
            characters[kept] = character;
            if (combiningClass == 0)
                starter = kept;
            lastClass = combiningClass;
            kept++;
        }
        characters.RemoveRange(kept, characters.Count - kept);
    }

    private static int? Pair(int first, int second, Tables data)
    {
        if (first - LeadBase is >= 0 and < LeadCount && second - VowelBase is >= 0 and < VowelCount)
            return HangulBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TailCount);
        var hangul = first - HangulBase;
        if (hangul is >= 0 and < LeadCount * VowelCount * TailCount && hangul % TailCount == 0 && second - TailBase is > 0 and < TailCount)
            return first + second - TailBase;
        return data.Pairs.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Classes)
    {
        public int ClassOf(int character) => Classes.GetValueOrDefault(character);

        public static Tables Read()
        {
            var tables = new Tables([], [], []);
            foreach (var (character, parts) in Lines(NormalizationData.Compositions, '+'))
            {
                tables.Parts[character[0]] = parts;
                tables.Pairs[(parts[0], parts[1])] = character[0];
            }
            foreach (var (character, parts) in Lines(NormalizationData.Decompositions, '+'))
                tables.Parts[character[0]] = parts;
            foreach (var (range, value) in Lines(NormalizationData.CombiningClasses, '-'))
            {
                for (var character = range[0]; character <= range[1]; character++)
                    tables.Classes[character] = value[0];
            }
            return tables;
        }

        private static IEnumerable<(int[] Left, int[] Right)> Lines(string text, char separator)
        {
            foreach (var item in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var sides = item.Split('=');
                yield return (Numbers(sides[0], separator), Numbers(sides[1], separator));
            }
        }

        private static int[] Numbers(string text, char separator) =>
            [.. text.Split(separator).Select(number => int.Parse(number, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
    }
}
