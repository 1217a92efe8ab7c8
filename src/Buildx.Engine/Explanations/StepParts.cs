using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Buildx.Llb;
using Buildx.Protocol.Explanations;
using Buildx.Protocol.Pb;

namespace Buildx.Engine.Explanations;

/// <summary>Takes an operation apart into what its key is made of, in words that users know.</summary>
internal static partial class StepParts
{
    /// <summary>Longer values are kept by their digest.</summary>
    private const int MaximumText = 2048;

    /// <summary>What a copy takes of its source: where this differs, other files are no news.</summary>
    public const string Selection = "source path";

    public const string Includes = "include patterns";

    public const string Excludes = "exclude patterns";

    public static IReadOnlyList<StepPart> Of(LlbVertex vertex)
    {
        var parts = new List<StepPart>();
        var operation = vertex.Operation;
        switch (operation.OpCase)
        {
            case Op.OpOneofCase.Exec:
                AddExec(operation.Exec, parts);
                if (operation.Platform is { OS.Length: > 0 } platform)
                    parts.Add(new(CauseKinds.Platform, null, PlatformMessage.Read(platform).Normalize().ToString()));
                break;
            case Op.OpOneofCase.File:
                AddFile(operation.File, parts);
                break;
            case Op.OpOneofCase.Merge:
                Add(parts, CauseKinds.Instruction, null, $"merge {operation.Merge.Inputs.Count}");
                break;
            case Op.OpOneofCase.Diff:
                Add(parts, CauseKinds.Instruction, null, $"diff {operation.Diff}");
                break;
            default:
                Add(parts, CauseKinds.Instruction, null, Convert.ToHexStringLower(SHA256.HashData(vertex.Bytes.Span)));
                break;
        }
        return parts;
    }

    /// <summary>Whether a variable's value is better not shown.</summary>
    public static bool IsSecret(string variable) => SecretName().IsMatch(variable);

    /// <summary>What an operation takes each input for.</summary>
    public static string RoleOf(Op operation, int input) => operation.OpCase switch
    {
        Op.OpOneofCase.Exec => operation.Exec.Mounts.FirstOrDefault(mount => mount.Input == input)?.Dest ?? "",
        Op.OpOneofCase.File when operation.File.Actions.Any(action => action.Input == input) => "base",
        _ => Number(input),
    };

    private static void AddExec(ExecOp exec, List<StepPart> parts)
    {
        var meta = exec.Meta;
        // A shell and its text are two things.
        var isShell = meta.Args.Count >= 3 && meta.Args[^2].StartsWith('-') && meta.Args[^2].EndsWith('c');
        if (isShell)
            Add(parts, CauseKinds.Option, "shell", string.Join(' ', meta.Args.Take(meta.Args.Count - 1)));
        Add(parts, CauseKinds.Command, null, isShell ? meta.Args[^1] : string.Join(' ', meta.Args));
        foreach (var variable in meta.Env)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? variable : variable[..equals];
            var value = equals < 0 ? "" : variable[(equals + 1)..];
            Add(parts, CauseKinds.Variable, name, IsSecret(name) ? DigestOf(value) : value);
        }
        Add(parts, CauseKinds.Option, "working directory", meta.Cwd);
        Add(parts, CauseKinds.Option, "user", meta.User);
        Add(parts, CauseKinds.Option, "host name", meta.Hostname);
        Add(parts, CauseKinds.Option, "extra hosts", string.Join(", ", meta.ExtraHosts.Select(host => host.Host)));
        Add(parts, CauseKinds.Option, "ulimit", string.Join(", ", meta.Ulimit.Select(limit => $"{limit.Name}={limit.Soft}:{limit.Hard}")));
        Add(parts, CauseKinds.Option, "cgroup parent", meta.CgroupParent);
        Add(parts, CauseKinds.Option, "exit codes", string.Join(", ", meta.ValidExitCodes));
        Add(parts, CauseKinds.Option, "network", exec.Network switch { NetMode.Host => "host", NetMode.None => "none", _ => "default" });
        Add(parts, CauseKinds.Option, "security", exec.Security == SecurityMode.Insecure ? "insecure" : "sandbox");
        Add(parts, CauseKinds.Option, "devices", string.Join(", ", exec.CdiDevices.Select(device => device.Name + (device.Optional ? "?" : ""))));
        foreach (var secret in exec.Secretenv)
            Add(parts, CauseKinds.Option, $"secret {secret.Name}", $"{secret.ID}{(secret.Optional ? "" : ", required")}");
        foreach (var mount in exec.Mounts)
            AddMount(mount, parts);
    }

    private static void AddMount(Mount mount, List<StepPart> parts)
    {
        if (mount is { MountType: MountType.Tmpfs, Dest: "/dev/shm" })
        {
            Add(parts, CauseKinds.Option, "shm-size", Number(mount.TmpfsOpt?.Size ?? 0));
            return;
        }
        // A cache mount that has no identifier of its own is called by its place.
        parts.Add(new(CauseKinds.Option, $"mount {mount.Dest}", mount.MountType switch
        {
            MountType.Bind => Join("bind", mount.Selector, mount.Readonly ? "read-only" : ""),
            MountType.Cache => Join(
                "cache", $"id={mount.CacheOpt?.ID.TrimStart('/')}", mount.CacheOpt?.Sharing.ToString().ToLowerInvariant(), mount.Selector, mount.Readonly ? "read-only" : ""),
            MountType.Tmpfs => Join("tmpfs", mount.TmpfsOpt is { Size: > 0 } options ? $"size={options.Size}" : ""),
            MountType.Secret => Join(
                "secret", $"id={mount.SecretOpt?.ID}", $"{mount.SecretOpt?.Uid}:{mount.SecretOpt?.Gid}", Octal((int)(mount.SecretOpt?.Mode ?? 0)),
                mount.SecretOpt?.Optional == true ? "" : "required"),
            MountType.Ssh => Join(
                "ssh", $"id={mount.SSHOpt?.ID}", $"{mount.SSHOpt?.Uid}:{mount.SSHOpt?.Gid}", Octal((int)(mount.SSHOpt?.Mode ?? 0)),
                mount.SSHOpt?.Optional == true ? "" : "required"),
            _ => mount.MountType.ToString(),
        }));
    }

    private static void AddFile(FileOp file, List<StepPart> parts)
    {
        Add(parts, CauseKinds.Instruction, null, string.Join(' ', file.Actions.Select(action => action.ActionCase.ToString().ToLowerInvariant()).Distinct()));
        var copies = file.Actions.Where(action => action.ActionCase == FileAction.ActionOneofCase.Copy).Select(action => action.Copy).ToList();
        AddAll(parts, Selection, copies.Select(copy => copy.Src));
        AddAll(parts, "destination", copies.Select(copy => copy.Dest));
        AddAll(parts, "mode", copies.Select(copy => copy.ModeStr.Length > 0 ? copy.ModeStr : copy.Mode == -1 ? "" : Octal(copy.Mode)));
        AddAll(parts, Includes, copies.SelectMany(copy => copy.IncludePatterns));
        AddAll(parts, Excludes, copies.SelectMany(copy => copy.ExcludePatterns));
        AddAll(parts, "how files are copied", copies.Select(copy => Join(
            copy.FollowSymlink ? "follow links" : "", copy.DirCopyContents ? "contents" : "", copy.AttemptUnpackDockerCompatibility ? "unpack" : "",
            copy.CreateDestPath ? "" : "no directories", copy.AllowWildcard ? "" : "no wildcards", copy.AllowEmptyWildcard ? "empty allowed" : "",
            copy.AlwaysReplaceExistingDestPaths ? "replace" : "", string.Join(' ', copy.RequiredPaths))));
        foreach (var action in file.Actions)
        {
            switch (action.ActionCase)
            {
                case FileAction.ActionOneofCase.Mkdir:
                    Add(parts, CauseKinds.Option, "directory", $"{action.Mkdir.Path}");
                    Add(parts, CauseKinds.Option, "mode of the directory", Octal(action.Mkdir.Mode));
                    break;
                case FileAction.ActionOneofCase.Mkfile:
                    Add(parts, CauseKinds.Document, action.Mkfile.Path.TrimStart('/'), DigestOf(action.Mkfile.Data.Span));
                    Add(parts, CauseKinds.Option, "mode of the document", Octal(action.Mkfile.Mode));
                    break;
                case FileAction.ActionOneofCase.Rm:
                    Add(parts, CauseKinds.Option, "removed path", $"{action.Rm.Path} {action.Rm.AllowNotFound} {action.Rm.AllowWildcard}");
                    break;
                case FileAction.ActionOneofCase.Symlink:
                    Add(parts, CauseKinds.Option, $"link {action.Symlink.Newpath}", action.Symlink.Oldpath);
                    break;
            }
        }
        AddAll(parts, "owner", file.Actions.Select(OwnerOf));
        AddAll(parts, "timestamp", file.Actions.Select(TimestampOf));
    }

    private static string OwnerOf(FileAction action)
    {
        return AttributesOf(action).Owner is { } owner ? $"{Show(owner.User)}:{Show(owner.Group)}" : "";

        static string Show(UserOpt? user) => user?.UserCase switch
        {
            UserOpt.UserOneofCase.ByName => user.ByName.Name,
            UserOpt.UserOneofCase.ByID => Number(user.ByID),
            _ => "",
        };
    }

    private static string TimestampOf(FileAction action) =>
        AttributesOf(action).Timestamp is not -1 and var time
            ? DateTimeOffset.FromUnixTimeMilliseconds(time / 1_000_000).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : "";

    /// <summary>What any action that makes something may say of it; a time of -1 says nothing.</summary>
    private static (ChownOpt? Owner, long Timestamp) AttributesOf(FileAction action) => action.ActionCase switch
    {
        FileAction.ActionOneofCase.Copy => (action.Copy.Owner, action.Copy.Timestamp),
        FileAction.ActionOneofCase.Mkdir => (action.Mkdir.Owner, action.Mkdir.Timestamp),
        FileAction.ActionOneofCase.Mkfile => (action.Mkfile.Owner, action.Mkfile.Timestamp),
        FileAction.ActionOneofCase.Symlink => (action.Symlink.Owner, action.Symlink.Timestamp),
        _ => (null, -1),
    };

    private static void AddAll(List<StepPart> parts, string subject, IEnumerable<string> values) =>
        Add(parts, CauseKinds.Option, subject, string.Join(", ", values.Distinct().Where(value => value.Length > 0)));

    private static void Add(List<StepPart> parts, string kind, string? subject, string value)
    {
        if (value.Length > 0)
            parts.Add(new StepPart(kind, subject, value.Length <= MaximumText ? value : DigestOf(value)));
    }

    private static string Join(params string?[] words) => string.Join(' ', words.Where(word => !string.IsNullOrEmpty(word)));

    private static string Octal(int mode) => Convert.ToString(mode, 8).PadLeft(4, '0');

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string DigestOf(string text) => DigestOf(Encoding.UTF8.GetBytes(text));

    private static string DigestOf(ReadOnlySpan<byte> bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    [GeneratedRegex("(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
