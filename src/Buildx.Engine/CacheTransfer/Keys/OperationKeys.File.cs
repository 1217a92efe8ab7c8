using System.Collections.Immutable;
using System.Text;
using Buildx.Engine.Trees;
using Buildx.Oci;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.CacheTransfer.Keys;

internal static partial class OperationKeys
{
    private static OperationKey Of(FileOp operation, int inputs)
    {
        var selections = Enumerable.Range(0, inputs).Select(_ => new List<ChecksumSelection>()).ToArray();
        var builtOn = new HashSet<long>();
        var actions = new List<byte[]>();
        foreach (var action in operation.Actions)
        {
            builtOn.Add(action.Input);
            var json = new GoJson().Object(fields => Write(fields, action, selections));
            actions.Add(Encoding.UTF8.GetBytes(json.ToString()));
        }
        var indexes = operation.Actions.Select(action => new[] { action.Input, action.SecondaryInput, action.Output }).ToArray();
        var whole = new GoJson().Object(fields =>
        {
            fields.Name("Type").Text("buildkit.file.v0").Name("Actions").Array(actions, (item, bytes) => item.Bytes(bytes));
            if (!AreDefault(indexes))
                fields.Name("indexes").Array(indexes, (item, action) => item.Array(action, (number, index) => number.Number(index)));
        });
        return new OperationKey(Hash(whole.ToString()), [.. selections.Select((selected, input) => KeyOf(selected, builtOn.Contains(input)))]);
    }

    private static InputKey KeyOf(List<ChecksumSelection> selections, bool isBuiltOn)
    {
        if (selections.Count == 0 || isBuiltOn)
            return InputKey.Whole;
        var paths = selections.Select(selection => selection.Path).OrderDescending(StringComparer.Ordinal);
        return new InputKey(Hash(string.Join('\0', paths)).Value, ChecksumSelection.Reduce(selections));
    }

    private static void Write(GoJson json, FileAction action, List<ChecksumSelection>[] selections)
    {
        switch (action.ActionCase)
        {
            case FileAction.ActionOneofCase.Mkdir:
                var directory = action.Mkdir;
                Select(directory.Owner, selections);
                json.Field("path", directory.Path).Field("mode", directory.Mode).Field("makeParents", directory.MakeParents)
                    .Field("owner", directory.Owner, Write).Field("timestamp", directory.Timestamp);
                break;
            case FileAction.ActionOneofCase.Mkfile:
                var file = action.Mkfile;
                Select(file.Owner, selections);
                json.Field("path", file.Path).Field("mode", file.Mode);
                if (!file.Data.IsEmpty)
                    json.Name("data").Bytes(file.Data.Span);
                json.Field("owner", file.Owner, Write).Field("timestamp", file.Timestamp);
                break;
            case FileAction.ActionOneofCase.Symlink:
                var link = action.Symlink;
                json.Field("oldpath", link.Oldpath).Field("newpath", link.Newpath).Field("owner", link.Owner, Write).Field("timestamp", link.Timestamp);
                break;
            case FileAction.ActionOneofCase.Rm:
                json.Field("path", action.Rm.Path).Field("allowNotFound", action.Rm.AllowNotFound).Field("allowWildcard", action.Rm.AllowWildcard);
                break;
            case FileAction.ActionOneofCase.Copy:
                Write(json, action.Copy, action.SecondaryInput, selections);
                break;
        }
    }

    private static void Write(GoJson json, FileActionCopy copy, long source, List<ChecksumSelection>[] selections)
    {
        Select(copy.Owner, selections);
        var name = copy.Src;
        if (source >= 0 && source < selections.Length)
        {
            selections[source].Add(new ChecksumSelection(copy.Src)
            {
                Wildcard = copy.AllowWildcard && PathGlob.HasWildcard(copy.Src),
                FollowLinks = copy.FollowSymlink,
                IncludePatterns = [.. copy.IncludePatterns],
                ExcludePatterns = [.. copy.ExcludePatterns],
            });
            name = UnixPath.FileName(copy.Src);
        }
        json.Field("src", name).Field("dest", copy.Dest).Field("owner", copy.Owner, Write).Field("mode", copy.Mode)
            .Field("followSymlink", copy.FollowSymlink).Field("dirCopyContents", copy.DirCopyContents)
            .Field("attemptUnpackDockerCompatibility", copy.AttemptUnpackDockerCompatibility).Field("createDestPath", copy.CreateDestPath)
            .Field("allowWildcard", copy.AllowWildcard).Field("allowEmptyWildcard", copy.AllowEmptyWildcard).Field("timestamp", copy.Timestamp)
            .Field("include_patterns", copy.IncludePatterns).Field("exclude_patterns", copy.ExcludePatterns)
            .Field("alwaysReplaceExistingDestPaths", copy.AlwaysReplaceExistingDestPaths).Field("modeStr", copy.ModeStr)
            .Field("required_paths", copy.RequiredPaths);
    }

    private static void Select(ChownOpt? owner, List<ChecksumSelection>[] selections)
    {
        Select(owner?.User, "/etc/passwd");
        Select(owner?.Group, "/etc/group");

        void Select(UserOpt? user, string file)
        {
            if (user is { UserCase: UserOpt.UserOneofCase.ByName } && user.ByName.Input >= 0 && user.ByName.Input < selections.Length)
                selections[user.ByName.Input].Add(new ChecksumSelection(file) { FollowLinks = true });
        }
    }

    private static void Write(GoJson json, ChownOpt owner) => json.Field("user", owner.User, Write).Field("group", owner.Group, Write);

    private static void Write(GoJson json, UserOpt user) => json.Name("User").Object(choice =>
    {
        if (user.UserCase == UserOpt.UserOneofCase.ByName)
            choice.Name("byName").Object(name => name.Field("name", user.ByName.Name).Field("input", user.ByName.Input));
        else if (user.UserCase == UserOpt.UserOneofCase.ByID)
            choice.Field("byId", user.ByID);
    });

    // Operations of one copy after another, as Dockerfiles make them, have no indexes in their key.
    private static bool AreDefault(long[][] indexes)
    {
        if (indexes.Length == 0)
            return false;
        for (var i = 0; i < indexes.Length; i++)
        {
            if (indexes[i][0] != (i == 0 ? 0 : indexes.Length + i - 1) || indexes[i][1] is not (-1 or 1)
                || indexes[i][2] != (i == indexes.Length - 1 ? 0 : -1))
                return false;
        }
        return true;
    }
}
