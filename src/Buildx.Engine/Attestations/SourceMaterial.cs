using Buildx.Oci;

namespace Buildx.Engine.Attestations;

/// <summary>Something from outside that a build has read, as exactly as it can be told.</summary>
internal abstract record SourceMaterial;

internal sealed record ImageMaterial(ImageReference Reference, Platform Platform, Digest Digest, bool IsLayout) : SourceMaterial;

/// <param name="Url">Without user and password; with the reference, where one was given.</param>
internal sealed record GitMaterial(string Url, string Commit) : SourceMaterial;

internal sealed record HttpMaterial(string Url, Digest Content) : SourceMaterial;

/// <summary>A directory of the client: nobody else can have it, so that the materials are not complete.</summary>
internal sealed record LocalMaterial(string Name) : SourceMaterial;
