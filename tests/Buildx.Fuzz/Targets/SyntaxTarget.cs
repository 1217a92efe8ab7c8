namespace Buildx.Fuzz.Targets;

/// <summary>Parses, writes what was parsed, and parses that.</summary>
internal sealed class SyntaxTarget : IFuzzTarget
{
    public string Name => "syntax";

    public IEnumerable<string> Seeds => DockerfileTexts.Read();

    public IReadOnlyList<string> Words => DockerfileTexts.Words;

    public void Run(string input)
    {
        var syntax = DockerfileSyntax.Parse(input);
        SyntaxChecks.PlacesLieWithin(input, syntax);
        SyntaxChecks.ReadsAsTheSameTree(syntax);
        SyntaxChecks.PlacesLieWithin(input, DockerfileDocument.Parse(input));
    }
}
