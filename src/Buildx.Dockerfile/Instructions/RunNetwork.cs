namespace Buildx.Dockerfile;

public enum RunNetwork
{
    Default,
    None,
    Host,
}
