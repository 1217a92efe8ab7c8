using Buildx.Engine.Execution.Emulating;

namespace Buildx.Engine.Execution.Bootstrap;

/// <summary>The hidden commands by which the engine starts this executable as a helper of its own.</summary>
public static class EngineHelper
{
    /// <param name="arguments">Without the program's name.</param>
    /// <returns>The exit code, or null when the arguments are no helper's.</returns>
    public static int? TryRun(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments is not [PrivateHandlers.ChildName])
            return null;
        using var input = Console.OpenStandardInput();
        return PrivateHandlers.RunChild(input, Console.Out);
    }
}
