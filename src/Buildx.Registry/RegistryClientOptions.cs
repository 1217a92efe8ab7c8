namespace Buildx.Registry;

/// <summary>What a <see cref="RegistryClient"/> takes from its surroundings.</summary>
public sealed record RegistryClientOptions
{
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a transfer that broke off is taken up again.</summary>
    public int TransferAttempts { get; init; } = 5;
}
