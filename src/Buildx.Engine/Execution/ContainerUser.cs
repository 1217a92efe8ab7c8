using System.Collections.Immutable;
using System.Globalization;

namespace Buildx.Engine.Execution;

/// <summary>Whom a process runs as.</summary>
/// <param name="Home">What <c>/etc/passwd</c> has for the user's id, else <c>/</c>.</param>
internal sealed record ContainerUser(uint Uid, uint Gid, ImmutableArray<uint> AdditionalGids, string Home)
{
    /// <summary>Finds a <c>USER</c> value's ids in the root's own <c>/etc/passwd</c> and <c>/etc/group</c>.</summary>
    /// <exception cref="ExecutionException">The name is in neither.</exception>
    public static ContainerUser Resolve(ContainerRoot root, string user)
    {
        var (userPart, groupPart) = user.Split(':', 2) is [var first, var second] ? (first, second) : (user, "");
        if (userPart.Length == 0)
            userPart = "0";
        // Both in numbers: the image's files only say where home is.
        if (groupPart.Length > 0 && TryParseId(userPart, out var uid) && TryParseId(groupPart, out var gid))
            return new ContainerUser(uid, gid, [gid], HomeOf(root, uid));

        var entry = FindUser(root, userPart);
        if (entry is null && !TryParseId(userPart, out _))
        {
            throw new ExecutionException(
                $"unable to find user {userPart}: no matching entries in passwd file (the image's /etc/passwd has no such name; use a number, or add the user first)");
        }
        uid = entry?.Uid ?? ParseId(userPart);
        if (groupPart.Length > 0)
        {
            gid = FindGroups(root).Where(group => group.Name == groupPart).Select(group => (uint?)group.Gid).FirstOrDefault()
                ?? (TryParseId(groupPart, out var number)
                    ? number
                    : throw new ExecutionException(
                        $"unable to find group {groupPart}: no matching entries in group file (the image's /etc/group has no such name; use a number, or add the group first)"));
            return new ContainerUser(uid, gid, [gid], HomeOf(root, uid));
        }
        gid = entry?.Gid ?? 0;
        var additional = entry is null
            ? []
            : FindGroups(root).Where(group => group.Members.Contains(entry.Name) && group.Gid != gid).Select(group => group.Gid).Distinct();
        return new ContainerUser(uid, gid, [gid, .. additional], HomeOf(root, uid));
    }

    private static string HomeOf(ContainerRoot root, uint uid) =>
        FindUser(root, uid.ToString(CultureInfo.InvariantCulture))?.Home is { Length: > 0 } home ? home : "/";

    private static uint ParseId(string text) => TryParseId(text, out var id) ? id : 0;

    private static bool TryParseId(string text, out uint id)
    {
        id = 0;
        return text == "root" || uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }

    private static PasswdEntry? FindUser(ContainerRoot root, string user)
    {
        PasswdEntry? byNumber = null;
        var isNumber = uint.TryParse(user, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        foreach (var line in Lines(root, "/etc/passwd"))
        {
            if (line.Split(':') is not [var name, _, var uidText, var gidText, .. var rest]
                || !uint.TryParse(uidText, CultureInfo.InvariantCulture, out var uid) || !uint.TryParse(gidText, CultureInfo.InvariantCulture, out var gid))
                continue;
            var entry = new PasswdEntry(name, uid, gid, rest is [_, var home, ..] ? home : "");
            if (name == user)
                return entry;
            if (isNumber && uid == number)
                byNumber ??= entry;
        }
        return byNumber ?? (user == "root" ? new PasswdEntry("root", 0, 0, "") : null);
    }

    private static IEnumerable<(string Name, uint Gid, string[] Members)> FindGroups(ContainerRoot root)
    {
        foreach (var line in Lines(root, "/etc/group"))
        {
            if (line.Split(':') is [var name, _, var gidText, .. var rest] && uint.TryParse(gidText, CultureInfo.InvariantCulture, out var gid))
                yield return (name, gid, rest.Length > 0 ? rest[0].Split(',', StringSplitOptions.TrimEntries) : []);
        }
    }

    private static string[] Lines(ContainerRoot root, string file) =>
        root.TryReadText(file)?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private sealed record PasswdEntry(string Name, uint Uid, uint Gid, string Home);
}
