namespace Buildx.Protocol.FileSync;

/// <summary>Marks an error that the other side knows of already.</summary>
internal sealed class RemoteFailure() : Exception("The other side has ended the transfer.");
