namespace Buildx.Cli.Values;

/// <summary>What <c>--output type=</c> takes.</summary>
internal enum OutputType
{
    Image,
    Local,
    Tar,
    Oci,
    Docker,
    CacheOnly,

    /// <summary>The images of a Docker Engine; no type for users, who say <see cref="Image"/>.</summary>
    Moby,
}
