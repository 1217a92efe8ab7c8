using System.Collections.Immutable;
using System.Globalization;

namespace Buildx.Linux.Namespaces;

/// <summary>One interpreter that <c>binfmt_misc</c> has for a kind of executable.</summary>
/// <param name="Magic">What the file starts with at <paramref name="Offset"/>, in the bits of <paramref name="Mask"/>.</param>
/// <param name="Flags">Of <c>P</c> (keep argv[0]), <c>O</c> (open the file), <c>C</c> (its credentials), <c>F</c> (the interpreter is open already).</param>
public sealed record BinfmtHandler(
    string Name, bool Enabled, string Interpreter, string Flags, int Offset, ImmutableArray<byte> Magic, ImmutableArray<byte> Mask)
{
    public bool Matches(ReadOnlySpan<byte> file)
    {
        if (!Enabled || Magic.IsEmpty || file.Length < Offset + Magic.Length)
            return false;
        for (var i = 0; i < Magic.Length; i++)
        {
            var mask = Mask.IsEmpty ? (byte)0xff : Mask[i];
            if (((file[Offset + i] ^ Magic[i]) & mask) != 0)
                return false;
        }
        return true;
    }

    /// <param name="text">What the kernel shows in the handler's file.</param>
    /// <returns>Null for a handler by file name extension.</returns>
    public static BinfmtHandler? Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (enabled, interpreter, flags, offset) = (false, "", "", 0);
        ImmutableArray<byte> magic = [], mask = [];
        foreach (var line in text.Split('\n'))
        {
            var (key, value) = line.Split(' ', 2) is [var first, var second] ? (first, second.Trim()) : (line, "");
            switch (key)
            {
                case "enabled": enabled = true; break;
                case "interpreter": interpreter = value; break;
                case "flags:": flags = value; break;
                case "offset": _ = int.TryParse(value, CultureInfo.InvariantCulture, out offset); break;
                case "magic": magic = [.. Convert.FromHexString(value)]; break;
                case "mask": mask = [.. Convert.FromHexString(value)]; break;
                default: break;
            }
        }
        return magic.IsEmpty ? null : new BinfmtHandler(name, enabled, interpreter, flags, offset, magic, mask);
    }

    /// <summary>The line that registers it. Bytes are written as <c>\xNN</c>, so none can be taken for the separator.</summary>
    public string ToRegistration() => $":{Name}:M:{Offset}:{Escape(Magic)}:{Escape(Mask)}:{Interpreter}:{Flags}";

    private static string Escape(ImmutableArray<byte> bytes) =>
        string.Concat(bytes.Select(value => $"\\x{value:x2}"));
}
