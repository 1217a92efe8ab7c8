namespace Buildx.Differential.Tests.Comparing;

/// <summary>
/// Two builds never run at the same moment. A time since the tests began is "the build's time", one as good as another; an older
/// one came from a context, a base image, a command or SOURCE_DATE_EPOCH, and must be the same to the second.
/// </summary>
internal static class BuildTimes
{
    // Clocks of file systems lag a little.
    private static readonly DateTimeOffset Began = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(2);

    /// <summary>What files of contexts get unless their case says otherwise.</summary>
    public static DateTimeOffset OfContexts { get; } = new(2021, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static string Describe(DateTimeOffset time) =>
        time >= Began ? "the build's time" : time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Fixes <see cref="Began"/>; to be called before the first build.</summary>
    public static void Begin() => _ = Began;
}
