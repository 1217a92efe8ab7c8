using Buildx.Dockerfile;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The frontend image that a file asks for (<c># syntax=</c>). Docker's own is this very frontend.</summary>
internal static class SyntaxImage
{
    /// <exception cref="FrontendException">Another frontend is asked for.</exception>
    public static void Check(DockerfileOptions options, DockerfileSource source)
    {
        if (!string.IsNullOrWhiteSpace(options.Syntax))
        {
            var name = options.Syntax.Trim().Split(' ')[0];
            if (!IsBuiltIn(name))
                throw new FrontendException(Unsupported("the build argument BUILDKIT_SYNTAX", name));
            return;
        }
        if (DirectiveReader.DetectSyntax(source.Document.Text) is not { } directive)
            return;
        var image = directive.Value.Split(' ')[0];
        if (!IsBuiltIn(image))
        {
            throw new FrontendException(
                $"{source.Document.FileName}:{directive.Range}: {Unsupported("the file's syntax directive", image)}",
                source.File.ToMessage(), SourceLocations.ToMessages([directive.Range]));
        }
    }

    private static bool IsBuiltIn(string image) => image is "dockerfile.v0"
        || (ImageReference.TryParse(image, out var reference) && reference.Host == ImageReference.DefaultHost && reference.Path is "docker/dockerfile" or "docker/dockerfile-upstream");

    private static string Unsupported(string where, string image) =>
        $"{where} asks for the frontend {image}; only docker/dockerfile is supported so far, and it is built in. Remove the line, or use docker/dockerfile:1";
}
