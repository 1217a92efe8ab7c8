using Buildx.Client;
using Buildx.Drivers.Store;

namespace Buildx.Drivers;

/// <summary>One of several engines that a node is.</summary>
/// <param name="Platforms">Those given by hand; null for the node's.</param>
public sealed record DriverInstance(string Name, List<StoredPlatform>? Platforms, BuildkitConnector Connector);
