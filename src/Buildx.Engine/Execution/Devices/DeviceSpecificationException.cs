namespace Buildx.Engine.Execution.Devices;

/// <summary>A file that is no description of devices. The message begins with the place.</summary>
internal sealed class DeviceSpecificationException(string message, Exception? inner = null) : Exception(message, inner);
