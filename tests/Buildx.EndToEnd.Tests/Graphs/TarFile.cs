using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>One entry of a tar archive.</summary>
internal sealed record TarFile(TarEntry Entry, byte[] Content)
{
    /// <summary>As <c>ls -l</c> shows them.</summary>
    public string Permissions
    {
        get
        {
            var mode = (int)Entry.Mode;
            var type = Entry.EntryType switch { TarEntryType.Directory => 'd', TarEntryType.SymbolicLink => 'l', _ => '-' };
            Span<char> text = stackalloc char[9];
            for (var i = 0; i < 9; i++)
                text[i] = (mode & (1 << (8 - i))) != 0 ? "rwx"[i % 3] : '-';
            return type + text.ToString();
        }
    }

    /// <summary>A time that somebody set; what just happened is "now".</summary>
    private string Time => Entry.ModificationTime.Year < 2021 ? Entry.ModificationTime.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) : "now";

    public override string ToString()
    {
        var special = (int)Entry.Mode >> 9;
        var what = Entry.EntryType switch
        {
            TarEntryType.SymbolicLink or TarEntryType.HardLink => "-> " + Entry.LinkName,
            TarEntryType.Directory => "",
            _ => $"{Time} {Content.Length} {Convert.ToHexString(SHA256.HashData(Content))[..12]}",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Permissions}/{special} {Entry.Uid}:{Entry.Gid} {what}").TrimEnd();
    }
}
