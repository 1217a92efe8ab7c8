namespace Buildx.Cli.Templates;

/// <summary>The template that a user has given to <c>--format</c>.</summary>
internal static class FormatFlag
{
    /// <summary>Reads or renders it.</summary>
    /// <exception cref="CliException">It is no template, or asks for what there is not.</exception>
    public static T Use<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (TemplateException e)
        {
            throw new CliException($"--format: {e.Message}", innerException: e);
        }
    }
}
