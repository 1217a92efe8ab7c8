using System.Globalization;

namespace Buildx.Engine.Solving;

/// <summary>
/// Keeps one step from flooding its watchers: BuildKit's limits of 2 MiB in all and 200 kB a second, changed by
/// <c>BUILDKIT_STEP_LOG_MAX_SIZE</c> and <c>BUILDKIT_STEP_LOG_MAX_SPEED</c> (bytes; -1 is unlimited).
/// </summary>
internal sealed class StepLogLimit(TimeProvider time)
{
    private static readonly long MaximumSize = Read("BUILDKIT_STEP_LOG_MAX_SIZE", 2 << 20);
    private static readonly long MaximumSpeed = Read("BUILDKIT_STEP_LOG_MAX_SPEED", 200 << 10);

    private readonly long _start = time.GetTimestamp();
    private long _written;
    private bool _clipped;

    /// <returns>The part that may pass; <paramref name="notice"/> says, once each time, that something did not.</returns>
    public ReadOnlySpan<byte> Admit(ReadOnlySpan<byte> data, out string? notice)
    {
        notice = null;
        var limit = "size";
        var room = MaximumSize < 0 ? long.MaxValue : MaximumSize - _written;
        if (MaximumSpeed >= 0)
        {
            // A step may always burst as much as it would be allowed in ten seconds.
            var seconds = 10 + (long)time.GetElapsedTime(_start).TotalSeconds;
            var bySpeed = (seconds * MaximumSpeed) - _written;
            if (bySpeed < room)
                (room, limit) = (bySpeed, "speed");
        }
        if (room >= data.Length)
        {
            _written += data.Length;
            _clipped = false;
            return data;
        }
        var admitted = data[..(int)Math.Max(0, room)];
        _written += admitted.Length;
        if (!_clipped)
        {
            _clipped = true;
            notice = limit == "size"
                ? string.Create(CultureInfo.InvariantCulture, $"\n[output clipped, log limit {MaximumSize / 1024}KiB reached]\n")
                : string.Create(CultureInfo.InvariantCulture, $"\n[output clipped, log limit {MaximumSpeed / 1024}KiB/s reached]\n");
        }
        return admitted;
    }

    private static long Read(string variable, long fallback) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : fallback;
}
