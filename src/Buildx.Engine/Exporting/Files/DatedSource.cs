using Buildx.Protocol.FileSync;
using Buildx.Protocol.Fsutil;

namespace Buildx.Engine.Exporting.Files;

/// <summary>A tree in which everything has the same time, as <c>SOURCE_DATE_EPOCH</c> asks.</summary>
internal sealed class DatedSource(IFileSource source, long modifiedAt) : IFileSource
{
    public IEnumerable<Stat> Walk(CancellationToken cancellationToken)
    {
        foreach (var stat in source.Walk(cancellationToken))
        {
            stat.ModTime = modifiedAt;
            yield return stat;
        }
    }

    public Stream? OpenFile(string path) => source.OpenFile(path);
}
