using System.Collections.Immutable;
using Buildx.Engine.Attestations;
using Buildx.Engine.Frontends;

namespace Buildx.Engine.Server.Building;

/// <summary>What a build tells its client.</summary>
/// <param name="Exporters">Each exporter's answer, by BuildKit's keys (<c>containerimage.digest</c>, …).</param>
/// <param name="Caches">What the cache exports have to say.</param>
/// <param name="Provenance">For the build's record; empty for builds that have none.</param>
internal sealed record BuildAnswers(
    IReadOnlyList<IReadOnlyDictionary<string, string>> Exporters,
    IReadOnlyDictionary<string, string> Caches,
    ImmutableArray<(FrontendReference Reference, Attestation Provenance)> Provenance);
