using Buildx.Dockerfile;
using Buildx.Engine.Frontends.Gateway;
using Buildx.Oci;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The frontend image that a file asks for (<c># syntax=</c>), or that the user forces on it. Docker's own is this very frontend.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="CommandLine">All of what was asked for, for the frontend to read.</param>
/// <param name="Line">The line that asks for it; null when it was the user.</param>
internal sealed record SyntaxImage(string Image, string CommandLine, Directive? Line)
{
    /// <returns>Null when this frontend is the one.</returns>
    public static SyntaxImage? Find(DockerfileOptions options, DockerfileSource source)
    {
        // Somebody has followed the line already.
        if (options.IsForwarded)
            return null;
        if (!string.IsNullOrWhiteSpace(options.Syntax))
            return Other(options.Syntax.Trim(), options, null);
        return DirectiveReader.DetectSyntax(source.Document.Text) is { } directive ? Other(directive.Value, options, directive) : null;
    }

    public static bool IsBuiltIn(string image) => image is "dockerfile.v0"
        || (ImageReference.TryParse(image, out var reference) && reference.Host == ImageReference.DefaultHost && reference.Path is "docker/dockerfile" or "docker/dockerfile-upstream");

    /// <summary>Says where the frontend was asked for, when what went wrong has no place of its own.</summary>
    public FrontendException? Locate(Exception exception, DockerfileSource source)
    {
        var hasPlace = exception is FrontendException { SourceFile: not null } or ReturnedException { Details.Sources.Count: > 0 };
        if (hasPlace || exception is not (FrontendException or ReturnedException))
            return null;
        return Line is { } directive
            ? new FrontendException(
                $"{source.Document.FileName}:{directive.Range}: {exception.Message}", source.File.ToMessage(), SourceLocations.ToMessages([directive.Range]), exception)
            {
                UnsupportedCapability = (exception as FrontendException)?.UnsupportedCapability,
            }
            : new FrontendException($"the build argument BUILDKIT_SYNTAX={CommandLine}: {exception.Message}", inner: exception)
            {
                UnsupportedCapability = (exception as FrontendException)?.UnsupportedCapability,
            };
    }

    public FrontendRequest Forward(FrontendRequest request)
    {
        var options = request.Options.ToDictionary();
        options["source"] = Image;
        options["cmdline"] = CommandLine;
        return request with { Options = options };
    }

    private static SyntaxImage? Other(string commandLine, DockerfileOptions options, Directive? directive)
    {
        var image = commandLine.Split(' ')[0];
        return IsBuiltIn(image) && !options.Replaces(image) ? null : new SyntaxImage(image, commandLine, directive);
    }
}
