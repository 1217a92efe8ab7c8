using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>How many results an operation has.</summary>
internal static class LlbOperationOutputs
{
    public static int Count(Op operation) => operation.OpCase switch
    {
        Op.OpOneofCase.Exec => Highest(operation.Exec.Mounts.Select(mount => mount.Output)),
        Op.OpOneofCase.File => Highest(operation.File.Actions.Select(action => action.Output)),
        Op.OpOneofCase.Passthrough => operation.Passthrough.Outputs.Count,
        Op.OpOneofCase.None => 0,
        _ => 1,
    };

    private static int Highest(IEnumerable<long> outputs)
    {
        var highest = -1L;
        foreach (var output in outputs)
            highest = Math.Max(highest, output);
        return (int)Math.Min(highest + 1, int.MaxValue);
    }
}
