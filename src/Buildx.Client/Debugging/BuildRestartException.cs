namespace Buildx.Client.Debugging;

/// <summary>Whoever looked at the paused build wants it built anew, and gave this one up.</summary>
public sealed class BuildRestartException() : Exception("the build was given up to be built anew");
