using Buildx.Client;
using Buildx.Oci;

namespace Buildx.Cli.Builders;

/// <summary>What a node can build for.</summary>
/// <param name="Fixed">Given to it by hand, with <c>create --platform</c>.</param>
/// <param name="Native">What its machine runs by itself.</param>
/// <param name="Listed">All that its engine says it can build for, with emulators too.</param>
internal sealed record NodePlatforms(IReadOnlyList<Platform> Fixed, IReadOnlyList<Platform> Native, IReadOnlyList<Platform> Listed)
{
    /// <summary>Each worker lists its own platform first.</summary>
    public static NodePlatforms Of(IReadOnlyList<Platform> given, IReadOnlyList<Worker> workers) => new(
        given,
        [.. workers.Select(worker => worker.Platforms is [var own, ..] ? own.Normalize() : null).OfType<Platform>().Distinct()],
        [.. workers.SelectMany(worker => worker.Platforms).Select(platform => platform.Normalize()).Distinct()]);

    public bool IsFixed(Platform platform) => Fixed.Any(fix => fix.Normalize() == platform.Normalize());

    /// <summary>How well the node suits a platform: the greater the better, 0 for not at all.</summary>
    public int Rank(Platform wanted)
    {
        var platform = wanted.Normalize();
        return IsFixed(platform) ? 5
            : Native.Contains(platform) ? 4
            // What the same processor runs too: 386 on amd64, arm on arm64, newer and older variants.
            : Listed.Contains(platform) && Native.Any(native => native.Os == platform.Os && IsFamily(native.Architecture, platform.Architecture)) ? 3
            : Listed.Contains(platform) ? 2
            : Fixed.Concat(Listed).Any(have => PlatformMatcher.Rank(have, platform) is not null) ? 1
            : 0;
    }

    private static bool IsFamily(string native, string architecture) => native == architecture || (native, architecture) is ("amd64", "386") or ("arm64", "arm");
}
