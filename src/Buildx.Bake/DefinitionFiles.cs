using System.Text;

namespace Buildx.Bake;

/// <summary>Which files hold definitions, and their reading.</summary>
public static class DefinitionFiles
{
    private const string StandardInput = "-";

    /// <summary>What a run looks for where no file is named, in this order; all that exist are read.</summary>
    public static IReadOnlyList<string> DefaultNames { get; } =
    [
        "compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml",
        "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl",
    ];

    /// <param name="names">Files, or <c>-</c> for standard input; none for the default ones.</param>
    /// <exception cref="BakeException">One that is named can't be read, or there is none of the default ones.</exception>
    public static async Task<IReadOnlyList<SourceText>> ReadAsync(
        IReadOnlyList<string> names, string workingDirectory, Stream standardInput, CancellationToken cancellationToken)
    {
        var files = new List<SourceText>();
        foreach (var name in names.Count > 0 ? names : [.. DefaultNames.Where(name => File.Exists(Path.Combine(workingDirectory, name)))])
        {
            try
            {
                files.Add(new SourceText(name, await ReadTextAsync(name, workingDirectory, standardInput, cancellationToken)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                var reason = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                    : Directory.Exists(Path.Combine(workingDirectory, name)) ? "it is a directory"
                    : e.Message;
                throw new BakeException($"the definition {name} can't be read: {reason}");
            }
        }
        return files.Count > 0 ? files : throw new BakeException("there is no definition here", $"name a file with --file, or make one of {string.Join(", ", DefaultNames)}");
    }

    private static async Task<string> ReadTextAsync(string name, string workingDirectory, Stream standardInput, CancellationToken cancellationToken)
    {
        if (name != StandardInput)
            return await File.ReadAllTextAsync(Path.Combine(workingDirectory, name), cancellationToken);
        using var reader = new StreamReader(standardInput, Encoding.UTF8, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>The directory that paths in a file may be relative to; null for what is no local file.</summary>
    internal static string? DirectoryOf(SourceText file) =>
        file.Name is "" or StandardInput || RemoteAddress.IsRemote(file.Name) ? null : Path.GetDirectoryName(file.Name) is { Length: > 0 } directory ? directory : ".";
}
