using System.Collections.Immutable;
using Buildx.Engine.Attestations.Provenance;
using Buildx.Engine.Attestations.Sbom;
using Buildx.Engine.Frontends;
using Buildx.Engine.Solving;

namespace Buildx.Engine.Attestations;

/// <summary>Makes the statements about a build's results.</summary>
internal sealed class ResultAttestations(BuildJob job, FrontendResult frontend, string requestedFrontend, IReadOnlyDictionary<string, string> requestedOptions, TimeProvider time)
{
    /// <summary>For the build's record: with everything.</summary>
    public ImmutableArray<(FrontendReference Reference, Attestation Provenance)> ForHistory() =>
        [.. frontend.References.Select(reference => (reference, Provenance(reference, ProvenanceOptions.ForHistory)))];

    /// <summary>Those that were asked for, by the platform's key.</summary>
    public async Task<IReadOnlyDictionary<string, ImmutableArray<Attestation>>> MakeAsync(
        AttestationOptions options, SbomScanner scanner, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, ImmutableArray<Attestation>>(StringComparer.Ordinal);
        if (options is { Provenance: null, Sbom: null })
            return all;
        foreach (var reference in frontend.References)
        {
            var attestations = ImmutableArray.CreateBuilder<Attestation>();
            if (options.Sbom is { } sbom)
                attestations.AddRange(await scanner.ScanAsync(sbom, reference, cancellationToken));
            if (options.Provenance is { } provenance)
                attestations.Add(Provenance(reference, provenance));
            all[reference.Id] = attestations.ToImmutable();
        }
        return all;
    }

    private Attestation Provenance(FrontendReference reference, ProvenanceOptions options)
    {
        var capture = new ProvenanceCapture();
        var built = reference.Reference as BuildReference;
        if (built?.KnownResult is { } result)
            capture.Add(result);
        // What the frontend itself has read, but not the results for other platforms.
        var results = frontend.References.Select(other => other.Reference).ToHashSet();
        foreach (var read in job.References.Where(read => !results.Contains(read)))
        {
            if (read.KnownResult is { } known)
                capture.Add(known);
        }
        if (options.NeedsCompleteMaterials && !capture.IsComplete)
        {
            throw new Exporting.ExportException(
                $"provenance: complete-materials=true, but {string.Join(", ", capture.Locals)} came from the client, where nobody else can get it: build from a repository or URL");
        }
        var (name, arguments) = job.FrontendRequest ?? (requestedFrontend, requestedOptions);
        var build = new BuildDescription(name, arguments, capture, job.InvocationId, job.StartedAt, time.GetUtcNow(), built?.Graph);
        return new Attestation(ProvenancePredicate.TypeOf(options), options.FileName, ProvenancePredicate.Write(build, options), options.InlineOnly);
    }
}
