namespace Buildx.Client.Progress;

/// <summary>The kinds of progress display.</summary>
public enum ProgressMode
{
    /// <summary><see cref="Tty"/> on a terminal, else <see cref="Plain"/>.</summary>
    Auto,
    Plain,
    Tty,
    RawJson,
    Quiet,
    None,
}
