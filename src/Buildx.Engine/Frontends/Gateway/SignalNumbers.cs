namespace Buildx.Engine.Frontends.Gateway;

/// <summary>Linux's signals by their names, with or without <c>SIG</c>.</summary>
internal static class SignalNumbers
{
    private static readonly Dictionary<string, int> Numbers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = 1,
        ["INT"] = 2,
        ["QUIT"] = 3,
        ["ILL"] = 4,
        ["TRAP"] = 5,
        ["ABRT"] = 6,
        ["IOT"] = 6,
        ["BUS"] = 7,
        ["FPE"] = 8,
        ["KILL"] = 9,
        ["USR1"] = 10,
        ["SEGV"] = 11,
        ["USR2"] = 12,
        ["PIPE"] = 13,
        ["ALRM"] = 14,
        ["TERM"] = 15,
        ["STKFLT"] = 16,
        ["CHLD"] = 17,
        ["CLD"] = 17,
        ["CONT"] = 18,
        ["STOP"] = 19,
        ["TSTP"] = 20,
        ["TTIN"] = 21,
        ["TTOU"] = 22,
        ["URG"] = 23,
        ["XCPU"] = 24,
        ["XFSZ"] = 25,
        ["VTALRM"] = 26,
        ["PROF"] = 27,
        ["WINCH"] = 28,
        ["IO"] = 29,
        ["POLL"] = 29,
        ["PWR"] = 30,
        ["SYS"] = 31,
        ["RTMIN"] = 34,
        ["RTMAX"] = 64,
    };

    /// <returns>Null when there is no such signal.</returns>
    public static int? Find(string name)
    {
        if (name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase))
            name = name[3..];
        if (Numbers.TryGetValue(name, out var number))
            return number;
        // RTMIN+n and RTMAX-n.
        var sign = name.IndexOfAny(['+', '-']);
        return sign > 0 && Numbers.TryGetValue(name[..sign], out var from) && int.TryParse(name[sign..], out var distance) && from + distance is >= 34 and <= 64
            ? from + distance
            : null;
    }
}
