namespace Buildx.Registry;

/// <summary>What a <see cref="RegistryClient"/> takes from its surroundings.</summary>
public sealed record RegistryClientOptions
{
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How often a transfer that broke off is taken up again.</summary>
    public int TransferAttempts { get; init; } = 5;

    /// <summary>A registry that says nothing for so long, to a question or in the middle of a download, is taken for gone.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(90);
}
