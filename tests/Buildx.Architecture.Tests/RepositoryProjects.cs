using System.Diagnostics;
using System.Xml.Linq;

namespace Buildx.Architecture.Tests;

/// <summary>The project files of <c>src/</c> as they stand, and what each refers to.</summary>
internal static class RepositoryProjects
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyDictionary<string, IReadOnlySet<string>> ReadReferences() =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(
                file => ShortName(file),
                file => (IReadOnlySet<string>)XDocument.Load(file).Descendants("ProjectReference")
                    .Select(reference => ShortName(reference.Attribute("Include")!.Value))
                    .ToHashSet());

    public static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Root, "src", "Buildx." + project), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    /// <summary>What is committed, or about to be, by its path in the repository.</summary>
    public static IReadOnlyList<string> TrackedFiles()
    {
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z"]) { WorkingDirectory = Root, RedirectStandardOutput = true };
        using var git = Process.Start(start)!;
        var names = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. names.Where(name => File.Exists(Path.Combine(Root, name)))];
    }

    private static string ShortName(string path) =>
        Path.GetFileNameWithoutExtension(path.Replace('\\', '/'))["Buildx.".Length..];

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Buildx.slnx")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("no Buildx.slnx above " + AppContext.BaseDirectory);
    }
}
