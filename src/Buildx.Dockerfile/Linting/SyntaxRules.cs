namespace Buildx.Dockerfile;

/// <summary>Rules that look at the text only.</summary>
internal static class SyntaxRules
{
    /// <summary>Of a file that is wrong, rules see what stands before the first error, and none that compares instructions runs.</summary>
    public static void Run(DockerfileDocument document, Linter linter)
    {
        var firstError = document.Diagnostics is [{ Ranges: [var range, ..] }, ..] ? range.Start : new TextPosition(int.MaxValue, 0);
        foreach (var line in document.Syntax.EmptyContinuations)
            linter.Report(LintRules.NoEmptyContinuation, line, "an empty line stands inside of the instruction that ends here; remove it, or make it a comment (#)");
        foreach (var argument in document.GlobalArguments.TakeWhile(argument => argument.Range.Start < firstError))
            CheckDescription("ARG", argument.Arguments.Select(definition => definition.Name).ToArray(), argument, linter);
        foreach (var stage in document.Stages.TakeWhile(stage => stage.From.Range.Start < firstError))
        {
            CheckFrom(stage.From, linter.For(stage.From.Comments));
            foreach (var instruction in stage.Instructions.TakeWhile(instruction => instruction.Range.Start < firstError))
            {
                if (instruction is MaintainerInstruction)
                    linter.For(instruction.Comments).Report(LintRules.MaintainerDeprecated, instruction.Range, "MAINTAINER is deprecated; write LABEL org.opencontainers.image.authors=\"…\" instead");
                else if (instruction is ArgInstruction argument)
                    CheckDescription("ARG", argument.Arguments.Select(definition => definition.Name).ToArray(), argument, linter);
            }
        }
        if (document.Diagnostics.Count > 0)
            return;
        CheckStageNames(document, linter);
        CheckCasing(document, linter);
    }

    private static void CheckFrom(FromInstruction from, Linter linter)
    {
        if (from.WrittenStageName is { } written && written.Any(char.IsUpper))
            linter.Report(LintRules.StageNameCasing, from.Range, $"the stage \"{written}\" is known as \"{from.StageName}\"; write it so");
        if (from.AsKeyword is { } keyword && Casing(from.Keyword) is { } casing && keyword != Apply(casing, keyword))
            linter.Report(LintRules.FromAsCasing, from.Range, $"\"{keyword}\" is not written like \"{from.Keyword}\"; write {Apply(casing, keyword)}");
        if (from.StageName is not null)
            CheckDescription("FROM", [from.StageName], from, linter);
    }

    private static void CheckDescription(string keyword, string[] names, Instruction instruction, Linter linter)
    {
        if (instruction.Comments.Count == 0 || names.Contains(instruction.Comments[^1].Split(' ')[0]))
            return;
        linter.For(instruction.Comments).Report(
            LintRules.InvalidDefinitionDescription, instruction.Range,
            $"the comment above this {keyword} describes no part of it; write \"# {(names.Length > 1 ? "NAME" : names[0])} description\", or put an empty comment (#) in between");
    }

    private static void CheckStageNames(DockerfileDocument document, Linter linter)
    {
        var seen = new HashSet<string>();
        foreach (var stage in document.Stages)
        {
            if (stage.Name is null)
                continue;
            if (stage.Name is "context" or "scratch")
                linter.Report(LintRules.ReservedStageName, stage.From.Range, $"a stage cannot well be named \"{stage.Name}\", which means something else elsewhere; choose another name");
            if (!seen.Add(stage.Name))
                linter.Report(LintRules.DuplicateStageName, stage.From.Range, $"there is a stage \"{stage.Name}\" already, which this one hides; choose another name");
        }
    }

    private static void CheckCasing(DockerfileDocument document, Linter linter)
    {
        var (lower, upper) = (0, 0);
        foreach (var stage in document.Stages)
        {
            Count(stage.From);
            foreach (var instruction in stage.Instructions)
                Count(instruction);
        }
        var wanted = lower <= upper;
        foreach (var stage in document.Stages)
        {
            Check(stage.From);
            foreach (var instruction in stage.Instructions)
                Check(instruction);
        }

        void Count(Instruction instruction)
        {
            var casing = Casing(instruction.Keyword);
            lower += casing == false ? 1 : 0;
            upper += casing == true ? 1 : 0;
        }

        void Check(Instruction instruction)
        {
            if (instruction.Keyword != Apply(wanted, instruction.Keyword))
            {
                linter.Report(
                    LintRules.ConsistentInstructionCasing, instruction.Range,
                    $"\"{instruction.Keyword}\" is not written like most instructions of this file; write {Apply(wanted, instruction.Keyword)}");
            }
        }
    }

    /// <returns>True for upper, false for lower, null for mixed.</returns>
    private static bool? Casing(string keyword)
    {
        var (upper, lower) = (false, false);
        foreach (var c in keyword)
        {
            upper |= char.IsAsciiLetterUpper(c);
            lower |= char.IsAsciiLetterLower(c);
        }
        return !upper ? false : !lower ? true : null;
    }

    private static string Apply(bool? upper, string text) => upper == true ? text.ToUpperInvariant() : text.ToLowerInvariant();
}
