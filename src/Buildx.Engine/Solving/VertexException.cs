using Buildx.Llb;

namespace Buildx.Engine.Solving;

/// <summary>A step that failed. The message is for users; the vertex says where in their files the step stands.</summary>
internal sealed class VertexException(LlbVertex vertex, Exception cause) : Exception(cause.Message, cause)
{
    public LlbVertex Vertex { get; } = vertex;
}

/// <summary>A process that ended with an exit code that was not expected.</summary>
internal sealed class ProcessExitException(string command, int exitCode)
    : Exception($"process \"{command}\" did not complete successfully: exit code: {exitCode}{Explain(exitCode)}")
{
    public int ExitCode { get; } = exitCode;

    private static string Explain(int exitCode) => exitCode switch
    {
        137 => " (killed; it may have run out of memory)",
        139 => " (segmentation fault)",
        _ => "",
    };
}
