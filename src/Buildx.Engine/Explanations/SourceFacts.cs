using Buildx.Engine.Attestations;
using Buildx.Engine.Solving;
using Buildx.Llb;
using Buildx.Oci;
using Buildx.Protocol.Explanations;

namespace Buildx.Engine.Explanations;

/// <summary>What a source was.</summary>
/// <param name="Kind">One of <see cref="CauseKinds"/>; for a directory of the client <see cref="CauseKinds.File"/>.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Identity">Which one it was of those that have been called so.</param>
internal sealed record SourceFacts(string Kind, string Name, string Identity, string? Platform = null)
{
    /// <returns>Null for what is no source.</returns>
    public static SourceFacts? Of(VertexResult result)
    {
        if (result.Vertex.Operation.Source is not { } source)
            return null;
        return result.Material switch
        {
            ImageMaterial image => new(CauseKinds.Image, WithoutDigest(image.Reference), image.Digest.Value, image.Platform.ToString()),
            GitMaterial git => new(CauseKinds.Git, git.Url, git.Commit),
            HttpMaterial http => new(CauseKinds.Http, http.Url, http.Content.Value),
            LocalMaterial local => new(CauseKinds.File, local.Name, result.Id.Value),
            _ => new(CauseKinds.Source, UrlCredentials.Redact(source.Identifier), result.Id.Value),
        };
    }

    private static string WithoutDigest(ImageReference reference) => reference.ToString().Split('@')[0];
}
