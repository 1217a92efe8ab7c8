namespace Buildx.Cli.Values;

/// <summary>The network of a build's steps.</summary>
internal static class NetworkMode
{
    /// <param name="where">The flag or attribute, for messages.</param>
    /// <returns>Null for a network of each step's own.</returns>
    /// <exception cref="CliException">There is no such mode.</exception>
    public static string? Parse(string where, string? mode) => mode switch
    {
        null or "" or "default" => null,
        "none" or "host" => mode,
        _ => throw new CliException($"{where}: there is no mode \"{mode}\" (want default, none or host)"),
    };
}
