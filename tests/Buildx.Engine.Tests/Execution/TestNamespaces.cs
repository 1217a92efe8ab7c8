using System.Runtime.CompilerServices;
using Buildx.Engine.Execution.Bootstrap;

namespace Buildx.Engine.Tests.Execution;

/// <summary>
/// Puts the test program into a mount namespace of its own, by the engine's own way in, before anything else runs: no test leaves
/// a mount on the machine. The program is also the engine's helper, when it is started as such.
/// </summary>
internal static class TestNamespaces
{
#pragma warning disable CA2255 // This is an executable: what has to come before its generated Main can only be here.
    [ModuleInitializer]
    internal static void Enter()
    {
        var arguments = Environment.GetCommandLineArgs();
        if (EngineHelper.TryRun(arguments[1..]) is { } exitCode)
            Environment.Exit(exitCode);
        if (arguments is [_, "-as-victim", var directory, .. var command])
        {
            EngineBootstrap.Enter(Console.Error.WriteLine);
            Environment.Exit(command is [var only] ? VictimEngine.Run(directory, only) : VictimEngine.Run(directory));
        }
        EngineBootstrap.Enter(Console.Error.WriteLine);
    }
#pragma warning restore CA2255
}
