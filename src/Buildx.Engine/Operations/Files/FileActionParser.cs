using System.Collections.Immutable;
using Buildx.Engine.Trees;
using Buildx.Linux;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Operations.Files;

/// <summary>Turns the protocol's file operation into plans, checking everything that can be checked without files.</summary>
internal static class FileActionParser
{
    private const uint PermissionBits = 0x1FF;
    private const uint ModeBits = 0xFFF;
    private const uint DefaultDirectoryMode = 0x1ed; // 0755

    /// <exception cref="FileOperationException">The operation makes no sense; the message says which action.</exception>
    public static ImmutableArray<FileActionPlan> Parse(FileOp operation, int inputCount)
    {
        var plans = ImmutableArray.CreateBuilder<FileActionPlan>(operation.Actions.Count);
        for (var i = 0; i < operation.Actions.Count; i++)
        {
            var action = operation.Actions[i];
            // An action may only use inputs and earlier results, so there can be no loop.
            CheckIndex(action.Input, inputCount + i, "input", i);
            CheckIndex(action.SecondaryInput, inputCount + i, "secondary input", i);
            if (action.Output < -1 || action.Output > operation.Actions.Count)
                throw Invalid(i, $"output index {action.Output} is out of range");
            plans.Add(ParseAction(action, i, inputCount));
        }
        CheckOutputs(plans);
        return plans.MoveToImmutable();
    }

    private static FileActionPlan ParseAction(FileAction action, int index, int inputCount)
    {
        int input = (int)action.Input, secondary = (int)action.SecondaryInput, output = (int)action.Output;
        switch (action.ActionCase)
        {
            case FileAction.ActionOneofCase.Copy:
                var copy = action.Copy;
                return new CopyPlan(input, secondary, output, TreePath.CleanKeepingEnd(copy.Src), TreePath.CleanKeepingEnd(copy.Dest))
                {
                    Owner = ParseOwner(copy.Owner, index, inputCount),
                    Timestamp = ParseTime(copy.Timestamp),
                    Mode = ParseMode(copy, index),
                    // A number is meant for directories that have to be made as well.
                    ParentMode = copy.ModeStr.Length > 0 || copy.Mode == -1 ? DefaultDirectoryMode : (uint)copy.Mode & PermissionBits,
                    FollowSymlink = copy.FollowSymlink,
                    DirectoryContents = copy.DirCopyContents,
                    Unpack = copy.AttemptUnpackDockerCompatibility,
                    CreateDestinationPath = copy.CreateDestPath,
                    AllowWildcard = copy.AllowWildcard,
                    AllowEmptyWildcard = copy.AllowEmptyWildcard,
                    AlwaysReplace = copy.AlwaysReplaceExistingDestPaths,
                    IncludePatterns = [.. copy.IncludePatterns],
                    ExcludePatterns = [.. copy.ExcludePatterns],
                    RequiredPaths = [.. copy.RequiredPaths],
                };
            case FileAction.ActionOneofCase.Mkdir:
                return new MakeDirectoryPlan(
                    input, output, TreePath.Clean(action.Mkdir.Path), (uint)action.Mkdir.Mode & PermissionBits, action.Mkdir.MakeParents)
                {
                    Owner = ParseOwner(action.Mkdir.Owner, index, inputCount),
                    Timestamp = ParseTime(action.Mkdir.Timestamp),
                };
            case FileAction.ActionOneofCase.Mkfile:
                return new MakeFilePlan(
                    input, output, TreePath.Clean(action.Mkfile.Path), (uint)action.Mkfile.Mode & PermissionBits, action.Mkfile.Data.Memory)
                {
                    Owner = ParseOwner(action.Mkfile.Owner, index, inputCount),
                    Timestamp = ParseTime(action.Mkfile.Timestamp),
                };
            case FileAction.ActionOneofCase.Symlink:
                return new MakeSymlinkPlan(input, output, TreePath.Clean(action.Symlink.Newpath), action.Symlink.Oldpath)
                {
                    Owner = ParseOwner(action.Symlink.Owner, index, inputCount),
                    Timestamp = ParseTime(action.Symlink.Timestamp),
                };
            case FileAction.ActionOneofCase.Rm:
                if (TreePath.Clean(action.Rm.Path) == "/")
                    throw Invalid(index, "the root directory cannot be removed");
                return new RemovePlan(
                    input, output, TreePath.Clean(action.Rm.Path), action.Rm.AllowNotFound, action.Rm.AllowWildcard);
            default:
                throw Invalid(index, "its kind is unknown to this engine");
        }
    }

    private static ModeChange? ParseMode(FileActionCopy copy, int index)
    {
        if (copy.ModeStr.Length > 0)
        {
            return ModeChange.TryParse(copy.ModeStr, out var change)
                ? change
                : throw Invalid(index, $"\"{copy.ModeStr}\" is not a file mode: want octal digits such as 0755, or changes such as u+x,go-w");
        }
        return copy.Mode == -1 ? null : ModeChange.FromBits((uint)copy.Mode & ModeBits);
    }

    private static OwnerPlan? ParseOwner(ChownOpt? owner, int index, int inputCount) =>
        owner is null ? null : new OwnerPlan(ParseName(owner.User, index, inputCount), ParseName(owner.Group, index, inputCount));

    private static OwnerName? ParseName(UserOpt? user, int index, int inputCount)
    {
        switch (user?.UserCase)
        {
            case UserOpt.UserOneofCase.ByName:
                if (user.ByName.Input < 0)
                    throw Invalid(index, $"the owner \"{user.ByName.Name}\" has no tree to be looked up in");
                CheckIndex(user.ByName.Input, inputCount + index, "owner's input", index);
                return new OwnerName(0, user.ByName.Name, (int)user.ByName.Input);
            case UserOpt.UserOneofCase.ByID:
                return new OwnerName(user.ByID, null, -1);
            default:
                return null;
        }
    }

    // -1 is "leave it"; clients that know nothing of timestamps send 0, which BuildKit takes for 1970 as well.
    private static FileTime? ParseTime(long nanoseconds) =>
        nanoseconds == -1 ? null : FileTime.FromUnixNanoseconds(nanoseconds);

    private static void CheckIndex(long value, int limit, string what, int index)
    {
        if (value < -1 || value >= limit)
            throw Invalid(index, $"{what} index {value} is out of range (there are {limit})");
    }

    private static void CheckOutputs(ImmutableArray<FileActionPlan>.Builder plans)
    {
        var outputs = plans.Where(plan => plan.Output >= 0).Select(plan => plan.Output).Order().ToArray();
        if (outputs.Length == 0)
            throw new FileOperationException("a file operation has no output");
        for (var i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] != i)
            {
                throw new FileOperationException(outputs[i] < i
                    ? $"two actions of a file operation make output {outputs[i]}"
                    : $"no action of a file operation makes output {i}");
            }
        }
    }

    private static FileOperationException Invalid(int index, string reason) =>
        new($"action {index} of a file operation is not valid: {reason}") { ActionIndex = index };
}
