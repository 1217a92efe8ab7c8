namespace Buildx.Cli.Values;

/// <summary>Who keeps images on this machine.</summary>
internal enum LocalImageEngine { Docker, Podman }
