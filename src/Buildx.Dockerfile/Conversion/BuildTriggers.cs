using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary><c>ONBUILD</c> instructions of a base, which run first in the stage that builds on it.</summary>
internal sealed class BuildTriggers(ConversionContext context, StageGraph graph)
{
    /// <returns>Whether the triggers need stages or images of their own.</returns>
    public bool Take(StageNode node)
    {
        var triggers = new List<string>();
        if (node.Base is null)
        {
            triggers.AddRange(node.Image.Config?.OnBuild ?? []);
            node.Image = BaseConfig.WithoutTriggers(node.Image);
        }
        else if (!node.TriggersTaken)
        {
            triggers.AddRange(node.Base.Commands.Select(command => command.Instruction).OfType<OnBuildInstruction>().Select(instruction => instruction.Trigger));
            node.TriggersTaken = true;
        }
        if (triggers.Count == 0 || node.Stage is null)
            return false;
        var commands = triggers.Select(trigger => graph.Connect(node, Parse(trigger, node), isTrigger: true)).ToArray();
        node.Commands = [.. commands, .. node.Commands];
        node.StepCount += commands.Length;
        return commands.Any(command => command.Sources.Any(source => source is not null));
    }

    private Instruction Parse(string trigger, StageNode node)
    {
        var syntax = DockerfileSyntax.Parse(trigger);
        if (syntax.Diagnostics is [var first, ..])
            throw context.Error($"the ONBUILD instruction \"{trigger}\" of the base is wrong: {first.Message}", node.Range);
        if (syntax.Instructions is not [var written])
            throw context.Error($"the ONBUILD instruction \"{trigger}\" of the base must be a single instruction", node.Range);
        try
        {
            var instruction = InstructionReader.Read(written);
            (instruction.Range, instruction.Syntax) = (node.Range, null);
            return instruction;
        }
        catch (InstructionException e)
        {
            throw context.Error($"the ONBUILD instruction \"{trigger}\" of the base is wrong: {e.Message}", node.Range);
        }
    }
}
