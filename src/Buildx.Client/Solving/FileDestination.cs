namespace Buildx.Client;

/// <summary>One file or pipe, for <c>tar</c>, <c>oci</c> and <c>docker</c>.</summary>
/// <param name="Open">Called with the exporter's attributes when the output begins; null refuses it. The stream is disposed at the end.</param>
public sealed record FileDestination(Func<IReadOnlyDictionary<string, string>, CancellationToken, ValueTask<Stream?>> Open) : ExportDestination
{
    /// <summary>A file, made or overwritten.</summary>
    public static FileDestination ForPath(string path) =>
        new((_, _) => ValueTask.FromResult<Stream?>(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 0)));
}
