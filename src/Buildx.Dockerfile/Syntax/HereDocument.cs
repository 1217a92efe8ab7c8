namespace Buildx.Dockerfile;

/// <summary>The text between <c>&lt;&lt;NAME</c> and a line <c>NAME</c>.</summary>
/// <param name="Expand">False when the name is quoted: variables stay as they are.</param>
/// <param name="StripTabs">Written <c>&lt;&lt;-</c>: tabs at the start of lines do not count.</param>
/// <param name="Content">As in the file, with its line ends.</param>
/// <param name="Range">The content and the line that closes it.</param>
public sealed record HereDocument(string Name, bool Expand, bool StripTabs, string Content, TextRange Range)
{
    /// <summary>Where it is announced: <c>&lt;&lt;NAME</c>.</summary>
    public TextRange MarkerRange { get; init; }

    /// <summary><see cref="Content"/> without the leading tabs, if they do not count.</summary>
    public string Text => StripTabs ? WithoutLeadingTabs(Content) : Content;

    private static string WithoutLeadingTabs(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimStart('\t')));
}
