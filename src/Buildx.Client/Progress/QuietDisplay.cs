namespace Buildx.Client.Progress;

/// <summary>Shows nothing, but keeps the status for the report of a failure.</summary>
internal sealed class QuietDisplay() : ProgressDisplay(refresh: null)
{
    private protected override void Draw(bool isLast)
    {
    }
}
