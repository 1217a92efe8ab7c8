namespace Buildx.TestSupport;

/// <summary>The directory of the repository that the tests run in.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = System.IO.Path.GetDirectoryName(directory))
        {
            if (File.Exists(System.IO.Path.Combine(directory, "Buildx.slnx")))
                return directory;
        }
        throw new DirectoryNotFoundException($"no Buildx.slnx above {AppContext.BaseDirectory}");
    }
}
