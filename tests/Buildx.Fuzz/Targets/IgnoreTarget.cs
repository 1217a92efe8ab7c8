namespace Buildx.Fuzz.Targets;

/// <summary>Reads a <c>.dockerignore</c> and asks it about the text's last line.</summary>
internal sealed class IgnoreTarget : IFuzzTarget
{
    public string Name => "ignore";

    public IEnumerable<string> Seeds =>
    [
        "node_modules\n*.log\na.log", "**/*.o\n!keep.o\nsrc/x.o", "*\n!src\n!src/**\nsrc/a/b", "# c\n/root\n./a/../b\nb", "[a-c]?\\*\nb1*", "[^x]\ny", "a/**/b\na/x/y/b", "**\n!**/x\na/x", "!\n!!\n\\\nx",
    ];

    public IReadOnlyList<string> Words { get; } = ["*", "**", "**/", "/**", "?", "[", "]", "[a-z]", "[^a]", "[!a]", "[z-a]", "\\", "!", "#", "/", "./", "../", "\n", "\r\n", "a", ".log", "(", ")", "{", "}", "+", "|", "^", "$", " "];

    public void Run(string input)
    {
        var end = input.LastIndexOf('\n');
        try
        {
            var matcher = new IgnoreMatcher(IgnoreFile.Parse(input[..Math.Max(end, 0)]));
            _ = matcher.IsIgnored(input[(end + 1)..]);
        }
        catch (FormatException e) when (e.Message.Length > 0)
        {
            // A pattern that makes no sense is refused.
        }
    }
}
