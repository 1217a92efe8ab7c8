namespace Buildx.Fuzz.Targets;

/// <summary>Expands words.</summary>
internal sealed class ExpansionTarget : IFuzzTarget
{
    private static readonly VariableSet Variables = VariableSet.FromEnvironment(["A=a/b/c.txt", "B=", "C=x y  z", "D=${A}", "E=aaaa", "F=\\*?", "G=é\U0001F600"]);

    public string Name => "expansion";

    public IEnumerable<string> Seeds =>
    [
        "$A", "${A}", "${A:-x}", "${B-x}", "${B:+x}", "${A:?no}", "${A#*/}", "${A##*/}", "${A%.*}", "${A%%/*}", "${A/b/x}", "${E//a/b}", "${A/\\//-}", "'$A'", "\"$A\\\"$B\"", "\\$A",
        "a${N:-${A:-${B:-c}}}d", "${F/\\*/x}", "<<EOF", "<< 'E F'", "$1$@$*$#$?$$$!", "${C}",
    ];

    public IReadOnlyList<string> Words { get; } = ["$", "${", "}", "A", "B", "C", "E", "F", "G", ":", "-", "+", "?", "#", "%", "/", "//", "*", "\\", "`", "\"", "'", " ", "<<", "x", "\uFFFF", "\n", "é"];

    public void Run(string input)
    {
        foreach (var escape in (ReadOnlySpan<char>)['\\', '`'])
        {
            Try(new WordExpander(escape), input);
            Try(new WordExpander(escape) { KeepQuotes = true, KeepUnsetVariables = true }, input);
            Try(new WordExpander(escape) { KeepQuotes = true, KeepUnsetVariables = true, KeepEscapes = true }, input);
            Try(new WordExpander(escape) { IgnoreQuotes = true }, input);
        }
        _ = HereDocumentMarker.FindAll(input);
    }

    private static void Try(WordExpander expander, string input)
    {
        try
        {
            var result = expander.Expand(input, Variables);
            if (input.AsSpan().IndexOfAny("$\\`\"'") < 0 && result.Text != input)
                throw new BrokenPromiseException($"\"{input}\" has nothing to expand, but became \"{result.Text}\"");
            _ = expander.ExpandWords(input, Variables);
        }
        catch (ExpansionException e)
        {
            if (e.Message.Length == 0)
                throw new BrokenPromiseException("the word was refused without a reason");
        }
    }
}
