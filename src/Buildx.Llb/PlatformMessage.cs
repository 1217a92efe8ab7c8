namespace Buildx.Llb;

/// <summary>Platforms as the protocol's messages carry them.</summary>
public static class PlatformMessage
{
    public static Protocol.Pb.Platform Write(Oci.Platform platform) => new()
    {
        OS = platform.Os,
        Architecture = platform.Architecture,
        Variant = platform.Variant ?? "",
        OSVersion = platform.OsVersion ?? "",
    };

    public static Oci.Platform Read(Protocol.Pb.Platform message) =>
        new(message.OS, message.Architecture, message.Variant.Length == 0 ? null : message.Variant)
        {
            OsVersion = message.OSVersion.Length == 0 ? null : message.OSVersion,
        };
}
