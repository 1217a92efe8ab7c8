namespace Buildx.Protocol.Explanations;

/// <summary>Why a step ran instead of being taken from the cache, as the engine that decided it tells.</summary>
/// <param name="Causes">What differs from the nearest earlier result; never empty.</param>
/// <param name="Nearest">The record that it was compared with; null when there was none.</param>
public sealed record StepReason(IReadOnlyList<StepCause> Causes, string? Nearest = null);
