namespace Buildx.Client.Progress;

/// <summary>The terminal that a display draws on.</summary>
public interface ITerminal
{
    /// <summary>Columns and rows, asked for each time since they change.</summary>
    (int Width, int Height) Size { get; }
}
