namespace Buildx.Dockerfile;

/// <summary>Notes which arguments, secrets and agents a stage uses.</summary>
internal sealed class OutlineCollector
{
    public Dictionary<string, ArgumentUse> Arguments { get; private init; } = [];

    public HashSet<string> Used { get; private init; } = [];

    public Dictionary<string, Outline.Requirement> Secrets { get; private init; } = [];

    public Dictionary<string, Outline.Requirement> SshAgents { get; private init; } = [];

    public OutlineCollector Clone() => new()
    {
        Arguments = new(Arguments),
        Used = [.. Used],
        Secrets = new(Secrets),
        SshAgents = new(SshAgents),
    };

    /// <param name="Dependencies">Arguments that the default value is made of.</param>
    public sealed record ArgumentUse(ArgumentDefinition Definition, string Value, TextRange Range, IReadOnlyCollection<string> Dependencies);

    public static Outline Create(StageNode target)
    {
        var arguments = new Dictionary<string, Outline.Argument>();
        var secrets = new Dictionary<string, Outline.Requirement>();
        var agents = new Dictionary<string, Outline.Requirement>();
        var visited = new HashSet<StageNode>();
        // As deep as the file is long, so not by recursion; in the order that recursion would have.
        var pending = new Stack<StageNode>([target]);
        while (pending.TryPop(out var node))
        {
            if (!visited.Add(node))
                continue;
            foreach (var name in node.Outline.WithDependencies())
            {
                if (node.Outline.Arguments.TryGetValue(name, out var use))
                    arguments.TryAdd(name, new Outline.Argument(use.Definition.Name, use.Definition.Description, use.Value, use.Range));
            }
            foreach (var (name, secret) in node.Outline.Secrets)
                secrets.TryAdd(name, secret);
            foreach (var (name, agent) in node.Outline.SshAgents)
                agents.TryAdd(name, agent);
            foreach (var dependency in node.Dependencies.Keys.Reverse())
                pending.Push(dependency);
            if (node.Base is not null)
                pending.Push(node.Base);
        }
        return new Outline(
            target.Name, target.Stage?.Description,
            arguments.Values.OrderBy(argument => argument.Range.Start).ToArray(),
            secrets.Values.OrderBy(secret => secret.Range.Start).ToArray(),
            agents.Values.OrderBy(agent => agent.Range.Start).ToArray());
    }

    private HashSet<string> WithDependencies()
    {
        var all = new HashSet<string>();
        var todo = new Stack<string>(Used);
        while (todo.TryPop(out var name))
        {
            if (!all.Add(name) || !Arguments.TryGetValue(name, out var use))
                continue;
            foreach (var dependency in use.Dependencies)
                todo.Push(dependency);
        }
        return all;
    }
}
