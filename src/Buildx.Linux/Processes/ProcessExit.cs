namespace Buildx.Linux.Processes;

/// <summary>How a process ended: by <c>exit</c>, or by a signal.</summary>
/// <param name="Code">The exit code, when <paramref name="Signal"/> is 0.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
public readonly record struct ProcessExit(int Code, int Signal)
{
    public bool Succeeded => Code == 0 && Signal == 0;

    /// <summary>What a shell shows in <c>$?</c>: 128 and more for a signal.</summary>
    public int ShellCode => Signal == 0 ? Code : 128 + Signal;

    public override string ToString() => Signal == 0 ? $"exit code {Code}" : $"signal {Signal}";
}
