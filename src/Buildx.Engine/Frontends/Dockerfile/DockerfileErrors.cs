using Buildx.Dockerfile;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>Errors of the language as a build reports them, with the lines they are about.</summary>
internal static class DockerfileErrors
{
    public static FrontendException Wrap(DockerfileException error, DockerfileSource source) =>
        new(error.Message, source.File.ToMessage(), SourceLocations.ToMessages(error.Errors.SelectMany(diagnostic => diagnostic.Ranges)), error);
}
