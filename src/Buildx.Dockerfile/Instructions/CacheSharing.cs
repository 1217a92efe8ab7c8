namespace Buildx.Dockerfile;

public enum CacheSharing
{
    Shared,
    Private,
    Locked,
}
