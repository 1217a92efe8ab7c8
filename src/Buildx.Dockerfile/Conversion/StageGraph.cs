using System.Globalization;
using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Which stage needs which: makes a node of every stage and connects them.</summary>
internal sealed class StageGraph(ConversionContext context)
{
    private const string Scratch = "scratch";

    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < context.Document.Stages.Count; i++)
        {
            try
            {
                await AddStageAsync(context.Document.Stages[i], i, cancellationToken);
            }
            catch (DockerfileException e)
            {
                context.Errors.AddRange(e.Errors);
            }
        }
        context.ThrowIfErrors();
    }

    public StageNode FindTarget()
    {
        if (string.IsNullOrEmpty(context.Options.Target))
            return context.Nodes[^1];
        if (context.NodesByName.TryGetValue(context.Options.Target, out var target))
            return target;
        throw new DockerfileException(context.Document.FileName, [Diagnostic.Error(
            $"there is no stage \"{context.Options.Target}\"{Suggestion.Phrase(context.Options.Target, context.StageNames)}; the file has {string.Join(", ", context.StageNames)}")]);
    }

    public void Connect()
    {
        foreach (var node in context.Nodes.ToArray())
        {
            foreach (var instruction in node.Stage?.Instructions ?? [])
            {
                try
                {
                    node.Commands.Add(Connect(node, instruction, isTrigger: false));
                }
                catch (DockerfileException e)
                {
                    context.Errors.AddRange(e.Errors);
                }
            }
        }
        context.ThrowIfErrors();
        RejectCycles();
        // With mounts BuildKit counts more than one stage; names of steps are to be the same as there.
        if (context.Nodes.Count == 1 && !context.Nodes[0].Commands.Any(command => command.Instruction is RunInstruction { Mounts.Count: > 0 }))
            context.Nodes[0].DisplayName = "";
    }

    public StageCommand Connect(StageNode node, Instruction instruction, bool isTrigger)
    {
        StageNode?[] sources = [];
        if (instruction is CopyInstruction { From: { } from })
            sources = [FindSource(from, instruction, "--from")];
        else if (instruction is RunInstruction { MountSources: { Count: > 0 } mounts })
            sources = FindSources(mounts, instruction);
        foreach (var source in sources)
        {
            if (source is null)
                continue;
            node.Dependencies[source] = instruction;
            if (source.Index < 0)
                context.Add(source);
        }
        return new StageCommand(instruction, sources, isTrigger);
    }

    public static HashSet<StageNode> Reachable(StageNode target)
    {
        var reachable = new HashSet<StageNode>();
        var todo = new Stack<StageNode>([target]);
        while (todo.TryPop(out var node))
        {
            if (!reachable.Add(node))
                continue;
            if (node.Base is not null)
                todo.Push(node.Base);
            foreach (var dependency in node.Dependencies.Keys)
                todo.Push(dependency);
        }
        return reachable;
    }

    private async Task AddStageAsync(DockerfileStage stage, int index, CancellationToken cancellationToken)
    {
        var linter = context.Linter.For(stage.From.Comments);
        var rules = new FromRules(context, linter);
        var name = Expand(stage.From.Base, stage.From);
        rules.CheckArguments(stage.From, name);
        if (name.Text.Length == 0)
            throw context.Error($"the base image \"{stage.From.Base}\" is empty once its variables are replaced{SuggestArgument(name)}", stage.From.Range);
        var used = new HashSet<string>(name.Matched);
        Platform? platform = null;
        if (stage.From.Platform.Length > 0)
        {
            var expanded = Expand(stage.From.Platform, stage.From);
            rules.CheckArguments(stage.From, expanded);
            rules.CheckPlatform(stage.From, expanded);
            if (expanded.Text.Length == 0)
                throw context.Error($"--platform={stage.From.Platform} is empty once its variables are replaced{SuggestArgument(expanded)}", stage.From.Range);
            if (!Platform.TryParse(expanded.Text, out platform))
                throw context.Error($"--platform={expanded.Text} is no platform (want os/arch[/variant], e.g. linux/arm64){SuggestArgument(expanded)}", stage.From.Range);
            used.UnionWith(expanded.Matched);
        }

        var node = new StageNode
        {
            BaseName = name.Text,
            WrittenBase = stage.From.Base,
            Name = stage.Name,
            DisplayName = stage.Name ?? $"stage-{index.ToString(CultureInfo.InvariantCulture)}",
            Range = stage.From.Range,
            Stage = stage,
            Platform = platform,
            Outline = context.Outline.Clone(),
        };
        if (stage.Name is not null and not (Scratch or "context")
            && await context.Contexts.FindAsync(stage.Name, platform ?? context.TargetPlatform, cancellationToken) is { } named)
        {
            // The context takes the stage's place, instructions and all.
            node = new StageNode
            {
                BaseName = name.Text,
                WrittenBase = stage.From.Base,
                Name = stage.Name,
                DisplayName = stage.Name,
                Range = stage.From.Range,
                Stage = null,
                Platform = platform,
                Context = named,
            };
            context.Add(node);
            node.Base = null;
            return;
        }
        context.Add(node);
        node.Outline.Used.UnionWith(used);
        node.StepCount = (node.BaseName != Scratch && node.Base is null ? 1 : 0)
            + stage.Instructions.Count(instruction => instruction is TransferInstruction or RunInstruction or WorkdirInstruction);
        node.IgnoreCache = context.Options.NoCache is { } stages
            && (stages.Count == 0 || stages.Contains(stage.Name ?? "", StringComparer.OrdinalIgnoreCase));
    }

    private ExpansionResult Expand(string text, FromInstruction from)
    {
        try
        {
            return context.Expander.Expand(text, context.GlobalArguments);
        }
        catch (ExpansionException e)
        {
            throw context.Error(e.Message, from.Range);
        }
    }

    private string SuggestArgument(ExpansionResult expanded)
    {
        foreach (var name in expanded.Unmatched)
        {
            if (Suggestion.Phrase(name, context.GlobalArguments.Names, prefix: "$") is { Length: > 0 } phrase)
                return phrase;
        }
        return "";
    }

    private StageNode?[] FindSources(IReadOnlyList<string?> mounts, Instruction instruction) =>
        mounts.Select(from => from is null ? null : FindStage(from, instruction)).ToArray();

    private StageNode FindSource(string from, Instruction instruction, string flag)
    {
        bool hasVariables;
        try
        {
            hasVariables = context.Expander.Expand(from, VariableSet.Empty).Text != from;
        }
        catch (ExpansionException)
        {
            hasVariables = true;
        }
        if (hasVariables)
            throw context.Error($"{flag}={from} cannot have variables; write FROM {from} AS name as a stage, and {flag}=name here", instruction.Syntax?.RangeOfFlag("from") ?? instruction.Range);
        if (int.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return index >= 0 && index < context.Nodes.Count
                ? context.Nodes[index]
                : throw context.Error($"{flag}={from}: there is no stage {from}; stages count from 0, and there are {context.Document.Stages.Count}", instruction.Syntax?.RangeOfFlag("from") ?? instruction.Range);
        }
        return FindStage(from, instruction);
    }

    private StageNode FindStage(string name, Instruction instruction) => context.NodesByName.TryGetValue(name, out var node)
        ? node
        : new StageNode { BaseName = name, WrittenBase = name, Range = instruction.Range };

    /// <summary>With a stack of its own: stages may be many, and each need the one before.</summary>
    private void RejectCycles()
    {
        var done = new HashSet<StageNode>();
        foreach (var root in context.Nodes)
        {
            var path = new List<(StageNode Node, Instruction? Through, IEnumerator<KeyValuePair<StageNode, Instruction>> Next)>();
            var onPath = new HashSet<StageNode>();
            void Enter(StageNode node, Instruction? through)
            {
                if (!done.Add(node))
                    return;
                onPath.Add(node);
                path.Add((node, through, node.Dependencies.GetEnumerator()));
            }

            Enter(root, null);
            while (path.Count > 0)
            {
                var (node, _, rest) = path[^1];
                if (!rest.MoveNext())
                {
                    path.RemoveAt(path.Count - 1);
                    onPath.Remove(node);
                    continue;
                }
                var (dependency, instruction) = rest.Current;
                if (onPath.Contains(dependency))
                    throw Cycle(path.ConvertAll(step => (step.Node, step.Through)), dependency, instruction);
                Enter(dependency, instruction);
            }
        }
    }

    private DockerfileException Cycle(List<(StageNode Node, Instruction? Through)> path, StageNode again, Instruction through)
    {
        var known = path.FindIndex(step => step.Node == again);
        var cycle = path.Skip(known).Select(step => step.Node.DisplayName).Append(again.DisplayName);
        return new DockerfileException(context.Document.FileName, [Diagnostic.Error(
            $"stages need each other in a circle: {string.Join(" -> ", cycle)}",
            path.Skip(known + 1).Select(step => step.Through).Append(through).OfType<Instruction>().Select(instruction => instruction.Range).ToArray())]);
    }
}
