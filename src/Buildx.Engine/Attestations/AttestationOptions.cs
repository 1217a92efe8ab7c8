using Buildx.Dockerfile;
using Buildx.Engine.Exporting;

namespace Buildx.Engine.Attestations;

/// <summary>Which attestations a build is to have: <c>attest:provenance</c> and <c>attest:sbom</c> among the frontend's options.</summary>
internal sealed record AttestationOptions(ProvenanceOptions? Provenance, SbomOptions? Sbom)
{
    private const string Prefix = "attest:";
    private const string ArgumentPrefix = "build-arg:BUILDKIT_ATTEST_";

    /// <exception cref="ExportException">An attestation nobody knows, or an attribute that makes no sense.</exception>
    public static AttestationOptions Parse(IReadOnlyDictionary<string, string> options)
    {
        ProvenanceOptions? provenance = null;
        SbomOptions? sbom = null;
        foreach (var (key, value) in options)
        {
            var type = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..]
                : key.StartsWith(ArgumentPrefix, StringComparison.Ordinal) ? key[ArgumentPrefix.Length..]
                : null;
            switch (type?.ToLowerInvariant())
            {
                case null:
                    break;
                case "provenance":
                    provenance = ProvenanceOptions.Parse(Split(type, value));
                    break;
                case "sbom":
                    sbom = SbomOptions.Parse(Split(type, value));
                    break;
                default:
                    throw new ExportException($"there is no attestation \"{type}\" (want provenance or sbom)");
            }
        }
        return new AttestationOptions(provenance, sbom);
    }

    private static Dictionary<string, string> Split(string type, string text)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.Length == 0)
            return attributes;
        try
        {
            foreach (var field in CommaSeparated.Split(text))
            {
                var equals = field.IndexOf('=', StringComparison.Ordinal);
                attributes[equals < 0 ? field : field[..equals]] = equals < 0 ? "" : field[(equals + 1)..];
            }
        }
        catch (FormatException e)
        {
            throw new ExportException($"{type}: {e.Message}", e);
        }
        return attributes;
    }
}
