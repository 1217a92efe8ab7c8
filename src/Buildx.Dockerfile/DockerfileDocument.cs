namespace Buildx.Dockerfile;

/// <summary>A Dockerfile that has been read: its stages, and all that is wrong with it.</summary>
public sealed record DockerfileDocument(
    string FileName, string Text, DockerfileSyntax Syntax, IReadOnlyList<ArgInstruction> GlobalArguments, IReadOnlyList<DockerfileStage> Stages,
    IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>The same for a file as it is; bytes that are no UTF-8 stay what they are in here-documents that are taken literally.</summary>
    public static DockerfileDocument Parse(ReadOnlySpan<byte> content, string fileName = "Dockerfile")
    {
        var text = ForeignBytes.Decode(content);
        return Read(text, new DockerfileParser(text, ForeignBytes.AreIn(text)).Parse(), fileName);
    }

    /// <summary>Never throws: errors are in <see cref="Diagnostics"/>, all of them.</summary>
    /// <param name="fileName">For messages only.</param>
    public static DockerfileDocument Parse(string text, string fileName = "Dockerfile") => Read(text, DockerfileSyntax.Parse(text), fileName);

    private static DockerfileDocument Read(string text, DockerfileSyntax syntax, string fileName)
    {
        var diagnostics = syntax.Diagnostics.ToList();
        var globals = new List<ArgInstruction>();
        // A FROM that is wrong still begins a stage, so that what follows it is not reported as well.
        var stages = new List<(FromInstruction? From, List<Instruction> Instructions)>();
        foreach (var written in syntax.Instructions)
        {
            // What could not even be taken apart has been reported already.
            if (written.HasErrors)
                continue;
            try
            {
                switch (InstructionReader.Read(written))
                {
                    case FromInstruction from:
                        stages.Add((from, []));
                        break;
                    case ArgInstruction argument when stages.Count == 0:
                        globals.Add(argument);
                        break;
                    case var _ when stages.Count == 0:
                        diagnostics.Add(Diagnostic.Error(
                            $"{written.Keyword.Text.ToUpperInvariant()} stands before the first FROM; only ARG may. Begin with FROM image, or FROM scratch", written.Keyword.Range));
                        break;
                    case var instruction:
                        stages[^1].Instructions.Add(instruction);
                        break;
                }
            }
            catch (InstructionException e)
            {
                diagnostics.Add(Diagnostic.Error(e.Message, e.Range ?? written.Range));
                if (written.Keyword.Text.Equals("FROM", StringComparison.OrdinalIgnoreCase))
                    stages.Add((null, []));
            }
        }
        if (stages.Count == 0 && diagnostics.Count == 0)
            diagnostics.Add(Diagnostic.Error("there is no stage to build: the file has no FROM", syntax.Instructions[^1].Range));
        return new DockerfileDocument(
            fileName, text, syntax, globals, stages.SelectMany(stage => stage.From is { } from ? new[] { new DockerfileStage(from, stage.Instructions) } : []).ToArray(),
            diagnostics.OrderBy(diagnostic => diagnostic.Ranges.Count == 0 ? default : diagnostic.Ranges[0].Start).ToArray());
    }

    /// <exception cref="DockerfileException">There are errors.</exception>
    public void ThrowIfInvalid()
    {
        var errors = Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).ToArray();
        if (errors.Length > 0)
            throw new DockerfileException(FileName, errors);
    }
}
