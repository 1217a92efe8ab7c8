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
}
