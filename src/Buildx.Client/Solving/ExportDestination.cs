namespace Buildx.Client;

/// <summary>Where, at the client, an exporter's output goes.</summary>
public abstract record ExportDestination;
