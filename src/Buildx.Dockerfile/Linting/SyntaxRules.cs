namespace Buildx.Dockerfile;

/// <summary>Rules that look at the text only.</summary>
internal static class SyntaxRules
{
    public static void Run(DockerfileDocument document, Linter linter)
    {
        foreach (var line in document.Syntax.EmptyContinuations)
            linter.Report(LintRules.NoEmptyContinuation, line, "Empty continuation line");
        foreach (var argument in document.GlobalArguments)
            CheckDescription("ARG", argument.Arguments.Select(definition => definition.Name).ToArray(), argument, linter);
        foreach (var stage in document.Stages)
        {
            CheckFrom(stage.From, linter.For(stage.From.Comments));
            foreach (var instruction in stage.Instructions)
            {
                if (instruction is MaintainerInstruction)
                    linter.For(instruction.Comments).Report(LintRules.MaintainerDeprecated, instruction.Range, "Maintainer instruction is deprecated in favor of using label");
                else if (instruction is ArgInstruction argument)
                    CheckDescription("ARG", argument.Arguments.Select(definition => definition.Name).ToArray(), argument, linter);
            }
        }
        CheckStageNames(document, linter);
        CheckCasing(document, linter);
    }

    private static void CheckFrom(FromInstruction from, Linter linter)
    {
        if (from.WrittenStageName is { } written && written.Any(char.IsUpper))
            linter.Report(LintRules.StageNameCasing, from.Range, $"Stage name '{written}' should be lowercase");
        if (from.AsKeyword is { } keyword && Casing(from.Keyword) is { } casing && keyword != Apply(casing, keyword))
            linter.Report(LintRules.FromAsCasing, from.Range, $"'{keyword}' and '{from.Keyword}' keywords' casing do not match");
        if (from.StageName is not null)
            CheckDescription("FROM", [from.StageName], from, linter);
    }

    private static void CheckDescription(string keyword, string[] names, Instruction instruction, Linter linter)
    {
        if (instruction.Comments.Count == 0 || names.Contains(instruction.Comments[^1].Split(' ')[0]))
            return;
        linter.For(instruction.Comments).Report(
            LintRules.InvalidDefinitionDescription, instruction.Range,
            $"Comment for {keyword} should follow the format: `# {(names.Length > 1 ? "<arg_key>" : names[0])} <description>`");
    }

    private static void CheckStageNames(DockerfileDocument document, Linter linter)
    {
        var seen = new HashSet<string>();
        foreach (var stage in document.Stages)
        {
            if (stage.Name is null)
                continue;
            if (stage.Name is "context" or "scratch")
                linter.Report(LintRules.ReservedStageName, stage.From.Range, $"Stage name should not use the same name as reserved stage \"{stage.Name}\"");
            if (!seen.Add(stage.Name))
                linter.Report(LintRules.DuplicateStageName, stage.From.Range, $"Duplicate stage name \"{stage.Name}\", stage names should be unique");
        }
    }

    private static void CheckCasing(DockerfileDocument document, Linter linter)
    {
        var instructions = document.Stages.SelectMany(stage => stage.Instructions.Prepend(stage.From)).ToArray();
        var lower = instructions.Count(instruction => Casing(instruction.Keyword) == false);
        var upper = instructions.Count(instruction => Casing(instruction.Keyword) == true);
        var wanted = lower <= upper;
        foreach (var instruction in instructions)
        {
            if (instruction.Keyword != Apply(wanted, instruction.Keyword))
            {
                linter.Report(
                    LintRules.ConsistentInstructionCasing, instruction.Range,
                    $"Command '{instruction.Keyword}' should match the case of the command majority ({(wanted ? "uppercase" : "lowercase")})");
            }
        }
    }

    /// <returns>True for upper, false for lower, null for mixed.</returns>
    private static bool? Casing(string keyword) => !keyword.Any(char.IsAsciiLetterUpper) ? false : !keyword.Any(char.IsAsciiLetterLower) ? true : null;

    private static string Apply(bool? upper, string text) => upper == true ? text.ToUpperInvariant() : text.ToLowerInvariant();
}
