using System.Globalization;
using System.Text;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Pb;
using Platform = Buildx.Oci.Platform;

namespace Buildx.EndToEnd.Tests.Graphs;

/// <summary>A graph that a number determines: commands, file operations, merges and diffs over small trees.</summary>
internal sealed class RandomGraph
{
    private const int ShortestTime = 1_500_000_000;

    /// <summary>One in so many actions is such that the tree may be in its way: few graphs shall be refused, and some.</summary>
    private const int Rare = 25;

    private static readonly string[] Names = ["a", "b", "c", "d", "e"];
    private static readonly VertexOptions Native = new() { Platform = Platform.Host };

    private readonly Random _random;
    private readonly LlbOutput _tools;
    private readonly List<LlbOutput?> _trees = [null];
    private readonly StringBuilder _description = new();

    /// <param name="image">Where busybox is.</param>
    public RandomGraph(int seed, ImageReference image)
    {
        _random = new Random(seed);
        _tools = LlbSource.Image(image, Native);
        var steps = _random.Next(3, 11);
        for (var i = 0; i < steps; i++)
            Add(i);
    }

    /// <summary>Every tree on the way, the result last; null is an empty one.</summary>
    public IReadOnlyList<LlbOutput?> Trees => _trees;

    public LlbOutput? Result => _trees[^1];

    /// <summary>Whether there are merges or diffs in it.</summary>
    public bool HasMerges { get; private set; }

    public override string ToString() => _description.ToString();

    private void Add(int step)
    {
        _description.Append(CultureInfo.InvariantCulture, $"t{step + 1} = ");
        _trees.Add(_random.Next(10) switch
        {
            < 4 => Files(),
            < 7 => Command(),
            < 9 when _trees.Count > 2 => Merge(),
            _ when _trees.Count > 2 => Diff(),
            _ => Files(),
        });
        _description.Append('\n');
    }

    private (LlbOutput? Tree, string Name) Pick()
    {
        // What was made last is used most, so that graphs are deep.
        var index = _random.Next(3) == 0 ? _random.Next(_trees.Count) : _trees.Count - 1 - _random.Next(Math.Min(2, _trees.Count));
        return (_trees[index], $"t{index}");
    }

    private string Name() => Names[_random.Next(Names.Length)];

    private string Text() => ((char)('A' + _random.Next(4))).ToString();

    private DateTimeOffset? Time() => _random.Next(2) == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(ShortestTime + _random.Next(3));

    private FileOwner? Owner() => _random.Next(3) == 0 ? FileOwner.Numeric((uint)_random.Next(3), (uint)_random.Next(3)) : null;

    private LlbOutput Files()
    {
        var (target, name) = Pick();
        _description.Append($"files on {name}:");
        var file = new LlbFile(target);
        var actions = _random.Next(1, 5);
        for (var i = 0; i < actions; i++)
            AddAction(file);
        return file.ToOutput(VertexOptions.None);
    }

    private void AddAction(LlbFile file)
    {
        var (path, other) = ("/" + Name(), "/" + Name());
        switch (_random.Next(8))
        {
            case 0:
                var directory = $"{path}/{Name()}";
                Clear(file, path);
                Say($"mkdir -p {directory}");
                file.MakeDirectory(directory, 0b111_101_101 - _random.Next(2), makeParents: true, Owner(), Time());
                break;
            case 1 or 2:
                var (content, mode) = (Text(), _random.Next(2) == 0 ? 0b110_100_100 : 0b111_000_101);
                Clear(file, path);
                Say($"mkfile {path} {content}");
                file.MakeFile(path, mode, Encoding.ASCII.GetBytes(content), Owner(), Time());
                break;
            case 3:
                var inside = $"{path}/{Name()}";
                Clear(file, path);
                Say($"mkdir {path}, mkfile {inside}");
                file.MakeDirectory(path, 0b111_101_101, makeParents: true).MakeFile(inside, 0b110_100_100, Encoding.ASCII.GetBytes(Text()), Owner(), Time());
                break;
            case 4:
                Say($"rm {path}");
                file.Remove(_random.Next(2 * Rare) > 0 ? path : $"{path}/{Name()}", allowNotFound: true);
                break;
            case 5:
                Say($"rm {path}*");
                file.Remove(path + "*", allowNotFound: true, allowWildcard: true);
                break;
            case 6:
                Say($"rm {other}, ln -s {path[1..]} {other}");
                file.Remove(other, allowNotFound: true).Symlink(path[1..], other, Owner(), Time());
                break;
            default:
                AddCopy(file);
                break;
        }
    }

    /// <summary>What is in the way goes; where it stays, here and there, the next action may fail.</summary>
    private void Clear(LlbFile file, string path)
    {
        if (_random.Next(Rare) == 0)
            return;
        Say($"rm {path}");
        file.Remove(path, allowNotFound: true);
    }

    private void AddCopy(LlbFile file)
    {
        var (source, name) = Pick();
        var from = _random.Next(Rare) == 0 ? "/" + Name() : _random.Next(3) switch { 0 => "/", 1 => "/*", _ => $"/{Name()}*" };
        // Where everything goes to the root, files and directories of one name can get in each other's way.
        var to = _random.Next(4) == 0 ? "/" : $"/{Name()}/";
        if (to != "/")
            Clear(file, to[..^1]);
        var options = new CopyOptions
        {
            AllowWildcard = true,
            AllowEmptyWildcard = true,
            CreateDestination = true,
            DirectoryContentsOnly = _random.Next(2) == 0,
            FollowSymlinks = _random.Next(4) == 0,
            AlwaysReplace = to == "/" ? _random.Next(Rare) > 0 : _random.Next(3) == 0,
            Owner = Owner(),
            Time = Time(),
            Mode = _random.Next(4) == 0 ? 0b111_000_000 : null,
            IncludePatterns = _random.Next(5) == 0 ? [Name(), $"*/{Name()}"] : [],
            ExcludePatterns = _random.Next(5) == 0 ? [Name()] : [],
        };
        // BuildKit wants to know what every link in the filtered directory points to, and fails where that is nothing.
        if (from == "/" && options.IncludePatterns.Count + options.ExcludePatterns.Count > 0)
            options = options with { FollowSymlinks = false };
        Say($"copy {name}:{from} {to} {(options.DirectoryContentsOnly ? "contents " : "")}{(options.FollowSymlinks ? "follow " : "")}{(options.AlwaysReplace ? "replace " : "")}"
            + $"include[{string.Join(',', options.IncludePatterns)}] exclude[{string.Join(',', options.ExcludePatterns)}]");
        file.Copy(source, from, to, options);
    }

    private LlbOutput Command()
    {
        var (target, name) = Pick();
        var (read, readName) = Pick();
        var script = new StringBuilder("set -e; cd /work; umask 022\n");
        var commands = _random.Next(1, 6);
        for (var i = 0; i < commands; i++)
        {
            var (a, b) = (Name(), Name());
            script.Append(_random.Next(9) switch
            {
                0 => $"rm -rf {a}; mkdir -p {a}/{b}",
                1 => $"rm -rf {a}; echo {Text()} > {a}",
                2 => $"[ -d {a} ] || {{ rm -rf {a}; mkdir {a}; }}; rm -rf {a}/{b}; echo {Text()} > {a}/{b}",
                3 => $"[ ! -d {a} ] || rm -rf {a}/{b}; rm -rf {b}",
                4 => $"[ -h {a} ] || [ ! -e {a} ] || chmod 7{_random.Next(8)}0 {a}",
                5 => $"[ {a} = {b} ] || [ ! -e {a} ] || {{ rm -rf {b}; cp -a {a} {b}; rm -rf {a}; }}",
                6 => $"rm -rf {a}; ln -s {b} {a}",
                7 => $"[ ! -f {a} ] || [ -h {a} ] || [ {a} = {b} ] || {{ rm -rf {b}; ln {a} {b}; }}",
                _ => $"for f in /in/*; do if [ -e $f ] || [ -h $f ]; then rm -rf ./${{f##*/}}; cp -a $f .; fi; done",
            }).Append('\n');
        }
        _description.Append($"run on {name} with {readName} at /in: {script.ToString().ReplaceLineEndings("; ")}");
        var command = LlbExec.Create(
            new ExecSpecification
            {
                Root = _tools,
                Arguments = ["/bin/sh", "-c", script.ToString()],
                Environment = ["PATH=/bin"],
                Network = NetMode.None,
                Mounts = [new ExecMount.Bind("/work", target), .. read is null ? Array.Empty<ExecMount>() : [new ExecMount.Bind("/in", read, ReadOnly: true)]],
            },
            Native);
        return LlbExec.MountOutput(command, "/work");
    }

    private LlbOutput? Merge()
    {
        HasMerges = true;
        var inputs = Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Pick()).ToArray();
        _description.Append($"merge {string.Join(' ', inputs.Select(input => input.Name))}");
        return LlbMerge.Create(inputs.Select(input => input.Tree), VertexOptions.None);
    }

    private LlbOutput? Diff()
    {
        HasMerges = true;
        var ((lower, lowerName), (upper, upperName)) = (Pick(), Pick());
        _description.Append($"diff {lowerName} {upperName}");
        return LlbDiff.Create(lower, upper, VertexOptions.None);
    }

    private void Say(string action) => _description.Append(' ').Append(action).Append(';');
}
