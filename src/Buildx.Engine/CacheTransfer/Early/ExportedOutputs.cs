using Buildx.Llb;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.CacheTransfer.Early;

/// <summary>The outputs of a graph whose layers a cache of it will have, as far as the graph tells.</summary>
internal static class ExportedOutputs
{
    /// <param name="isComplete"><c>mode=max</c>: all that the result is made from, not only what has become a part of it.</param>
    public static IReadOnlySet<LlbOutput> Of(LlbGraph graph, bool isComplete)
    {
        if (graph.Output is not { } result)
            return new HashSet<LlbOutput>();
        var found = new HashSet<LlbOutput>();
        var pending = new Stack<LlbOutput>([result]);
        while (pending.TryPop(out var output))
        {
            if (output.Vertex.Operation.Source is not null || !found.Add(output))
                continue;
            foreach (var input in isComplete ? output.Vertex.Inputs : BaseOf(output))
                pending.Push(input);
        }
        return found;
    }

    /// <summary>The inputs whose layers the output has too. Only a part of them may be in what a diff leaves.</summary>
    private static IEnumerable<LlbOutput> BaseOf(LlbOutput output)
    {
        var (operation, inputs) = (output.Vertex.Operation, output.Vertex.Inputs);
        IEnumerable<long> bases = operation.OpCase switch
        {
            Op.OpOneofCase.Exec => operation.Exec.Mounts.Where(mount => mount.MountType is MountType.Bind && mount.Output == output.Index).Select(mount => mount.Input).TakeLast(1),
            Op.OpOneofCase.File => [BaseOf(operation.File, output.Index, inputs.Count)],
            Op.OpOneofCase.Merge => operation.Merge.Inputs.Select(input => input.Input),
            Op.OpOneofCase.Passthrough => [operation.Passthrough.Outputs[output.Index]],
            _ => [],
        };
        return bases.Where(input => input >= 0).Select(input => inputs[(int)input]);
    }

    /// <summary>The input that the actions before an output begin with; -1 for an empty tree.</summary>
    private static long BaseOf(FileOp operation, int output, int inputs)
    {
        var action = operation.Actions.FirstOrDefault(action => action.Output == output);
        while (action is not null && action.Input >= inputs)
            action = operation.Actions[(int)action.Input - inputs];
        return action?.Input ?? -1;
    }
}
