using System.Collections.Immutable;
using Buildx.Engine.ContentHashing;
using Buildx.Engine.Operations.Files.Repeating;
using Buildx.Engine.Storage;
using Buildx.Engine.Trees;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Google.Protobuf;

namespace Buildx.Engine.Operations.Files;

/// <summary>
/// LLB's file operation: a list of actions, each of which changes an input or an earlier action's result. Actions that only
/// continue each other work in one writable tree and make one layer.
/// </summary>
internal sealed class FileOperation
{
    private const string KeyPrefix = "buildx.file.v1\0";

    private readonly int _inputCount;
    private readonly int[] _uses;

    private FileOperation(FileOp definition, ImmutableArray<FileActionPlan> actions, int inputCount)
    {
        Actions = actions;
        _inputCount = inputCount;
        OutputCount = actions.Count(action => action.Output >= 0);
        _uses = CountUses(actions, inputCount);
        DefinitionKey = Digest.Sha256([.. System.Text.Encoding.UTF8.GetBytes(KeyPrefix), .. Canonical(definition)]);
        ContentKey = Digest.Sha256([.. System.Text.Encoding.UTF8.GetBytes(KeyPrefix + "content\0"), .. Canonical(ForContent(definition))]);
    }

    public ImmutableArray<FileActionPlan> Actions { get; }

    public int OutputCount { get; }

    /// <summary>The operation as it was written: goes into a key together with the records of all inputs.</summary>
    public Digest DefinitionKey { get; }

    /// <summary>
    /// The operation without where its sources lie: goes into a key together with the content hashes of the inputs that have
    /// <see cref="GetContentSelections"/>, and the records of the others.
    /// </summary>
    public Digest ContentKey { get; }

    /// <exception cref="FileOperationException">The operation makes no sense.</exception>
    public static FileOperation Parse(FileOp definition, int inputCount) =>
        new(definition, FileActionParser.Parse(definition, inputCount), inputCount);

    /// <summary>
    /// What the operation reads of an input, when that is all it depends on; null when it builds on the input as a whole.
    /// Empty when the input is not used.
    /// </summary>
    public ImmutableArray<ContentSelection>? GetContentSelections(int input)
    {
        if (Actions.Any(action => action.Input == input))
            return null;
        var selections = ImmutableArray.CreateBuilder<ContentSelection>();
        foreach (var action in Actions)
        {
            if (action.SecondaryInput == input && action is CopyPlan copy)
            {
                selections.Add(new ContentSelection(copy.Source, copy.AllowWildcard, copy.FollowSymlink)
                {
                    ContentsOnly = copy.DirectoryContents,
                    IncludePatterns = copy.IncludePatterns,
                    ExcludePatterns = copy.ExcludePatterns,
                    RequiredPaths = copy.RequiredPaths,
                });
                // Archives are found through links, which are copied as links otherwise: so both count.
                if (copy.Unpack && !copy.FollowSymlink)
                    selections.Add(new ContentSelection(copy.Source, copy.AllowWildcard, FollowSymlink: true) { IsOptional = true });
            }
            if (action.Owner?.User is { Name: not null } user && user.Input == input)
                selections.Add(new ContentSelection(OwnerResolver.UserFile, FollowSymlink: true) { IsOptional = true });
            if (action.Owner?.Group is { Name: not null } group && group.Input == input)
                selections.Add(new ContentSelection(OwnerResolver.GroupFile, FollowSymlink: true) { IsOptional = true });
        }
        return selections.ToImmutable();
    }

    /// <summary>
    /// Whether all it does is to copy from its inputs onto one of them, so that what it makes can be added to what it made before:
    /// directories by their content, no archives, owners by number or as the changed tree names them.
    /// </summary>
    internal bool CopiesOnly
    {
        get
        {
            for (var i = 0; i < Actions.Length; i++)
            {
                var isChained = i == 0 ? Actions[i].Input < _inputCount : Actions[i].Input == _inputCount + i - 1;
                if (!isChained || Actions[i] is not CopyPlan { Unpack: false, DirectoryContents: true } copy
                    || copy.SecondaryInput < 0 || copy.SecondaryInput >= _inputCount || IsContinued(i) == (i == Actions.Length - 1)
                    || !IsOfTarget(copy.Owner?.User) || !IsOfTarget(copy.Owner?.Group))
                {
                    return false;
                }
            }
            return OutputCount == 1;

            bool IsOfTarget(OwnerName? owner) => owner is null or { Name: null } || owner.Input == Actions[0].Input;
        }
    }

    /// <returns>One snapshot per output.</returns>
    /// <exception cref="FileOperationException">It can't be done; the message is for users.</exception>
    public async Task<ImmutableArray<Snapshot>> RunAsync(
        IReadOnlyList<IFileOperationInput> inputs, ILayerStore layers, CopyHistory? history, CancellationToken cancellationToken)
    {
        if (inputs.Count != _inputCount)
            throw new ArgumentException($"want {_inputCount} inputs, got {inputs.Count}", nameof(inputs));
        if (history is not null && CopiesOnly)
            return [await new RepeatableCopy(this, inputs, layers, history).RunAsync(cancellationToken)];
        await using var run = new FileOperationRun(this, inputs, layers);
        return await run.RunAsync(cancellationToken);
    }

    /// <summary>Whether an action's result is only worked on by the one action that continues it.</summary>
    internal bool IsContinued(int action) =>
        Actions[action].Output < 0
        && _uses[_inputCount + action] == 1
        && Actions.Any(next => next.Input == _inputCount + action);

    private static int[] CountUses(ImmutableArray<FileActionPlan> actions, int inputCount)
    {
        var uses = new int[inputCount + actions.Length];
        foreach (var action in actions)
        {
            Count(action.Input);
            Count(action.SecondaryInput);
            Count(action.Owner?.User is { Name: not null } user ? user.Input : -1);
            Count(action.Owner?.Group is { Name: not null } group ? group.Input : -1);
        }
        return uses;

        void Count(int index)
        {
            if (index >= 0)
                uses[index]++;
        }
    }

    private FileOp ForContent(FileOp definition)
    {
        var copy = definition.Clone();
        foreach (var action in copy.Actions)
        {
            // A tree that is read as a whole is told apart by its record, and the path in it then counts.
            if (action.ActionCase == FileAction.ActionOneofCase.Copy
                && action.SecondaryInput >= 0 && action.SecondaryInput < _inputCount
                && GetContentSelections((int)action.SecondaryInput) is not null)
            {
                action.Copy.Src = TreePath.NameOf(TreePath.Clean(action.Copy.Src));
            }
        }
        return copy;
    }

    private static byte[] Canonical(FileOp definition)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes) { Deterministic = true })
            definition.WriteTo(output);
        return bytes.ToArray();
    }
}
