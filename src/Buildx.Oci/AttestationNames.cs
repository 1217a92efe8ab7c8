namespace Buildx.Oci;

/// <summary>
/// How attestations lie beside images in an index
/// (<see href="https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md"/>).
/// </summary>
public static class AttestationNames
{
    /// <summary>The annotation of manifests that are about another manifest and no image themselves.</summary>
    public const string ReferenceType = "vnd.docker.reference.type";

    /// <summary>The annotation with the digest of the image that a manifest is about.</summary>
    public const string ReferenceDigest = "vnd.docker.reference.digest";

    /// <summary>The annotation of a statement's layer that says what it states.</summary>
    public const string PredicateType = "in-toto.io/predicate-type";

    /// <summary>What the predicate types of provenance begin with.</summary>
    public const string ProvenancePrefix = "https://slsa.dev/provenance/";

    /// <summary>The predicate type of an SBOM in SPDX's format.</summary>
    public const string Spdx = "https://spdx.dev/Document";

    /// <summary>The image that a manifest is about; null for one that is an image itself.</summary>
    public static string? SubjectOf(Descriptor manifest) => manifest.Annotations?.GetValueOrDefault(ReferenceDigest);
}
