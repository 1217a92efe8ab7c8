using Buildx.Dockerfile;
using Buildx.Llb;

namespace Buildx.Engine.Frontends.Dockerfile;

/// <summary>The Dockerfile of a build, with the ignore file that belongs to it.</summary>
/// <param name="OwnIgnoreFile"><c>NAME.dockerignore</c>, null when there is none.</param>
internal sealed record DockerfileSource(DockerfileDocument Document, LlbSourceFile File, byte[]? OwnIgnoreFile, string VertexDigest);
