namespace Buildx.Client.Progress;

/// <summary>Is told how a build goes.</summary>
public interface IProgressSink
{
    /// <summary>What is new since the last call. It should return soon: the daemon waits.</summary>
    void Report(SolveStatus status);
}
