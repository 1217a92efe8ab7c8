namespace Buildx.Cli.Commands;

/// <summary>The registry that <c>login</c> and <c>logout</c> mean.</summary>
internal static class RegistryName
{
    /// <summary>Docker Hub when none is given; a URL counts as its host.</summary>
    public static string Normalize(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "docker.io";
        var name = text.Contains("://", StringComparison.Ordinal) ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..] : text;
        var host = name.Split('/')[0];
        return host.Length > 0 ? host : throw new CliException($"\"{text}\" is not a registry (want e.g. registry.example.com:5000)");
    }
}
