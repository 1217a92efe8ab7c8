using System.Security.Cryptography;
using Buildx.Engine.Attestations;
using Buildx.Oci;
using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>A tree with statements about its files beside them. The statements' subjects are all files.</summary>
internal sealed class StatementsSource : IFileSource
{
    private const uint FileMode = 0x180; // rw-------

    private readonly IFileSource _source;
    private readonly SortedDictionary<string, byte[]> _statements;
    private readonly long _modifiedAt;

    private StatementsSource(IFileSource source, SortedDictionary<string, byte[]> statements, long modifiedAt) =>
        (_source, _statements, _modifiedAt) = (source, statements, modifiedAt);

    /// <param name="name">What the file of a statement is called in the tree.</param>
    /// <exception cref="ExportException">Two statements, or a statement and a file, have one name.</exception>
    public static IFileSource Create(
        IFileSource source, IEnumerable<Attestation> attestations, Func<Attestation, string> name, long modifiedAt, CancellationToken cancellationToken)
    {
        var files = attestations.Where(attestation => !attestation.InlineOnly).ToList();
        if (files.Count == 0)
            return source;
        var subjects = new List<(string, Digest)>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stat in source.Walk(cancellationToken))
        {
            taken.Add(stat.Path);
            if ((stat.Mode & GoFileMode.TypeMask) == 0 && source.OpenFile(stat.Path) is { } stream)
            {
                using (stream)
                    subjects.Add((stat.Path, Digest.FromSha256Hash(SHA256.HashData(stream))));
            }
        }
        var statements = new SortedDictionary<string, byte[]>(Comparer<string>.Create(static (a, b) => RelativePath.Compare(a, b)));
        foreach (var file in files)
        {
            var path = name(file);
            if (!taken.Add(path))
                throw new ExportException($"there is a file {path} already, where the attestation of this name belongs: set attestation-prefix");
            statements[path] = file.ToStatement(subjects, indented: true);
        }
        return new StatementsSource(source, statements, modifiedAt);
    }

    public IEnumerable<Stat> Walk(CancellationToken cancellationToken)
    {
        var waiting = new Queue<KeyValuePair<string, byte[]>>(_statements);
        foreach (var stat in _source.Walk(cancellationToken))
        {
            while (waiting.TryPeek(out var next) && RelativePath.Compare(next.Key, stat.Path) < 0)
                yield return Describe(waiting.Dequeue());
            yield return stat;
        }
        while (waiting.TryDequeue(out var last))
            yield return Describe(last);
    }

    public Stream? OpenFile(string path) => _statements.TryGetValue(path, out var statement) ? new MemoryStream(statement, writable: false) : _source.OpenFile(path);

    private Stat Describe(KeyValuePair<string, byte[]> statement) => new() { Path = statement.Key, Mode = FileMode, Size = statement.Value.Length, ModTime = _modifiedAt };
}
