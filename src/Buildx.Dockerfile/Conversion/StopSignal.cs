using System.Globalization;

namespace Buildx.Dockerfile;

/// <summary>Signals as <c>STOPSIGNAL</c> names them.</summary>
internal static class StopSignal
{
    private static readonly HashSet<string> Names =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV",
        "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
        .. Enumerable.Range(1, 15).Select(i => $"RTMIN+{i}"), .. Enumerable.Range(1, 14).Select(i => $"RTMAX-{i}"),
    ];

    public static void Check(string signal)
    {
        if (int.TryParse(signal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            if (number == 0)
                throw new InstructionException("0 is no signal");
            return;
        }
        var upper = signal.ToUpperInvariant();
        var name = upper.StartsWith("SIG", StringComparison.Ordinal) ? upper[3..] : upper;
        if (!Names.Contains(name))
            throw new InstructionException($"\"{signal}\" is no signal{Suggestion.Phrase(name, Names, prefix: "SIG")}");
    }
}
