namespace Buildx.Drivers;

/// <summary>Something about builders that the user can put right; the message says what and how.</summary>
public sealed class DriverException(string message, Exception? innerException = null) : Exception(message, innerException);
