using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Llb;

/// <summary>
/// A file operation in the making: actions that follow each other on one file system and become one vertex.
/// </summary>
/// <param name="target">What to start from; null for an empty file system.</param>
public sealed class LlbFile(LlbOutput? target)
{
    private static readonly string[] FileCapabilities = ["file.base"];

    private readonly VertexInputs _inputs = new();
    private readonly List<(FileAction Action, int Second)> _actions = [];
    private readonly LlbOutput? _target = target;
    private int? _base;
    private bool _complete;

    // The target comes first among the inputs, so it is added before anything else.
    private int Base => _base ??= _inputs.Add(_target);

    public LlbFile Copy(LlbOutput? source, string from, string to, CopyOptions? options = null)
    {
        options ??= new CopyOptions();
        var owner = options.Owner?.ToMessage(Base);
        _ = Base;
        var second = _inputs.Add(source);
        var copy = new FileActionCopy
        {
            Src = UnixPath.Join("/", UnixPath.Clean(from)),
            Dest = UnixPath.Resolve("/", to, keepSlash: true),
            Owner = owner,
            Mode = options.SymbolicMode is null ? options.Mode ?? -1 : 0,
            ModeStr = options.SymbolicMode ?? "",
            FollowSymlink = options.FollowSymlinks,
            DirCopyContents = options.DirectoryContentsOnly,
            AttemptUnpackDockerCompatibility = options.Unpack,
            CreateDestPath = options.CreateDestination,
            AlwaysReplaceExistingDestPaths = options.AlwaysReplace,
            AllowWildcard = options.AllowWildcard,
            AllowEmptyWildcard = options.AllowEmptyWildcard,
            Timestamp = Nanoseconds(options.Time),
        };
        copy.IncludePatterns.AddRange(options.IncludePatterns);
        copy.ExcludePatterns.AddRange(options.ExcludePatterns);
        copy.RequiredPaths.AddRange(options.RequiredPaths);
        return Add(new FileAction { Copy = copy }, second);
    }

    public LlbFile MakeDirectory(string path, int mode, bool makeParents = false, FileOwner? owner = null, DateTimeOffset? time = null) =>
        Add(new FileAction
        {
            Mkdir = new FileActionMkDir
            {
                Path = UnixPath.Resolve("/", path, keepSlash: false),
                Mode = mode & 0b111_111_111,
                MakeParents = makeParents,
                Owner = owner?.ToMessage(Base),
                Timestamp = Nanoseconds(time),
            },
        });

    public LlbFile MakeFile(string path, int mode, ReadOnlyMemory<byte> content, FileOwner? owner = null, DateTimeOffset? time = null) =>
        Add(new FileAction
        {
            Mkfile = new FileActionMkFile
            {
                Path = UnixPath.Resolve("/", path, keepSlash: false),
                Mode = mode & 0b111_111_111,
                Data = ByteString.CopyFrom(content.Span),
                Owner = owner?.ToMessage(Base),
                Timestamp = Nanoseconds(time),
            },
        });

    public LlbFile Symlink(string pointsTo, string path, FileOwner? owner = null, DateTimeOffset? time = null) =>
        Add(new FileAction
        {
            Symlink = new FileActionSymlink { Oldpath = pointsTo, Newpath = path, Owner = owner?.ToMessage(Base), Timestamp = Nanoseconds(time) },
        });

    public LlbFile Remove(string path, bool allowNotFound = false, bool allowWildcard = false) =>
        Add(new FileAction
        {
            Rm = new FileActionRm { Path = UnixPath.Resolve("/", path, keepSlash: false), AllowNotFound = allowNotFound, AllowWildcard = allowWildcard },
        });

    /// <summary>Completes the operation, which takes no further action then.</summary>
    /// <exception cref="InvalidOperationException">There is no action yet, or the operation is complete already.</exception>
    public LlbOutput ToOutput(VertexOptions options)
    {
        if (_actions.Count == 0)
            throw new InvalidOperationException("a file operation needs at least one action");
        ThrowIfComplete();
        _complete = true;
        var file = new FileOp();
        for (var i = 0; i < _actions.Count; i++)
        {
            var (action, second) = _actions[i];
            // An action's result is numbered after the inputs.
            action.Input = i == 0 ? Base : _inputs.Inputs.Count + i - 1;
            action.SecondaryInput = second;
            action.Output = i == _actions.Count - 1 ? 0 : -1;
            file.Actions.Add(action);
        }
        return LlbVertex.Create(new Op { File = file }, _inputs.Inputs, options, FileCapabilities).Output();
    }

    private LlbFile Add(FileAction action, int second = -1)
    {
        ThrowIfComplete();
        _ = Base;
        _actions.Add((action, second));
        return this;
    }

    private void ThrowIfComplete()
    {
        if (_complete)
            throw new InvalidOperationException("the file operation is complete; begin another one on its output");
    }

    private static long Nanoseconds(DateTimeOffset? time) => time is { } t ? (t - DateTimeOffset.UnixEpoch).Ticks * 100 : -1;
}
