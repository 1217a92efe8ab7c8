namespace Buildx.EndToEnd.Tests;

/// <summary>Tests that share a <see cref="RemoteBuilder"/>; one runs after the other, for they look at what its records and its cache hold.</summary>
[CollectionDefinition(Name)]
public sealed class RemoteCollection : ICollectionFixture<RemoteBuilder>
{
    public const string Name = "remote";
}
