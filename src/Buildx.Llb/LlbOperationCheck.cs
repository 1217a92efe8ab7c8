using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Rejects operations whose own numbers do not fit: inputs that are not there, actions that use a later one.</summary>
internal static class LlbOperationCheck
{
    /// <summary>More outputs than any real step has; keeps a crafted number from allocating memory.</summary>
    private const long MaximumOutputs = 4096;

    /// <exception cref="InvalidLlbException"/>
    public static void Check(string digest, Op operation)
    {
        var inputs = operation.Inputs.Count;
        switch (operation.OpCase)
        {
            case Op.OpOneofCase.None:
                throw new InvalidLlbException($"operation {digest} is empty, or of a kind that is not known here");
            case Op.OpOneofCase.Source:
                if (!operation.Source.Identifier.Contains("://", StringComparison.Ordinal))
                    throw new InvalidLlbException($"operation {digest}: the source \"{operation.Source.Identifier}\" has no scheme (want e.g. docker-image://…)");
                Require(digest, "source operation's input count", inputs, 0, 0);
                break;
            case Op.OpOneofCase.Exec:
                CheckExec(digest, operation.Exec, inputs);
                break;
            case Op.OpOneofCase.File:
                CheckFile(digest, operation.File, inputs);
                break;
            case Op.OpOneofCase.Merge:
                foreach (var input in operation.Merge.Inputs)
                    Require(digest, "merge input", input.Input, -1, inputs - 1);
                break;
            case Op.OpOneofCase.Diff:
                Require(digest, "lower input", operation.Diff.Lower?.Input ?? -1, -1, inputs - 1);
                Require(digest, "upper input", operation.Diff.Upper?.Input ?? -1, -1, inputs - 1);
                break;
            case Op.OpOneofCase.Build:
                foreach (var input in operation.Build.Inputs.Values)
                    Require(digest, "build input", input.Input, -1, inputs - 1);
                break;
            case Op.OpOneofCase.Passthrough:
                foreach (var output in operation.Passthrough.Outputs)
                    Require(digest, "output", output, -1, inputs - 1);
                break;
        }
    }

    private static void CheckExec(string digest, ExecOp exec, int inputs)
    {
        if (exec.Meta is null || exec.Meta.Args.Count == 0)
            throw new InvalidLlbException($"operation {digest}: a command needs at least one argument");
        if (exec.Meta.Cwd.Length == 0)
            throw new InvalidLlbException($"operation {digest}: a command needs a working directory");
        if (!exec.Mounts.Any(mount => mount.Dest == "/"))
            throw new InvalidLlbException($"operation {digest}: a command needs a mount at /");
        foreach (var mount in exec.Mounts)
        {
            Require(digest, $"input of the mount at {mount.Dest}", mount.Input, -1, inputs - 1);
            Require(digest, $"output of the mount at {mount.Dest}", mount.Output, -1, MaximumOutputs - 1);
        }
    }

    private static void CheckFile(string digest, FileOp file, int inputs)
    {
        if (file.Actions.Count == 0)
            throw new InvalidLlbException($"operation {digest}: a file operation needs at least one action");
        for (var i = 0; i < file.Actions.Count; i++)
        {
            var action = file.Actions[i];
            if (action.ActionCase == FileAction.ActionOneofCase.None)
                throw new InvalidLlbException($"operation {digest}: action {i} is empty, or of a kind that is not known here");
            // An action's result is numbered after the inputs.
            Require(digest, $"input of action {i}", action.Input, -1, inputs + i - 1);
            Require(digest, $"second input of action {i}", action.SecondaryInput, -1, inputs + i - 1);
            Require(digest, $"output of action {i}", action.Output, -1, MaximumOutputs - 1);
        }
        if (file.Actions.All(action => action.Output < 0))
            throw new InvalidLlbException($"operation {digest}: a file operation needs an action with an output");
    }

    private static void Require(string digest, string what, long value, long lowest, long highest)
    {
        if (value < lowest || value > highest)
            throw new InvalidLlbException($"operation {digest}: the {what} is {value}, outside of {lowest} to {highest}");
    }
}
