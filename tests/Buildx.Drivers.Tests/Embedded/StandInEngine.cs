using Buildx.Drivers.Embedded;

namespace Buildx.Drivers.Tests.Embedded;

/// <summary>
/// Stands in for the engine where only its start and end matter: a Python program that listens on the socket given by
/// <c>--addr</c>, writes a line to <c>starts</c> each time it starts, and ends on SIGTERM.
/// </summary>
internal static class StandInEngine
{
    private const string Script = """
        import os, shutil, signal, socket, sys, time
        arguments = dict(a[2:].split('=', 1) for a in sys.argv[1:] if '=' in a)
        if '--remove-state' in sys.argv:
            shutil.rmtree(arguments['root']); sys.exit(0)
        starts = os.path.join(arguments['root'], 'starts')
        with open(starts, 'a') as f: f.write(' '.join(sys.argv[1:]) + '\n')
        if os.path.exists(os.path.join(arguments['root'], 'fail')):
            print('no space left for this engine', flush=True); sys.exit(3)
        time.sleep(0.2)
        server = socket.socket(socket.AF_UNIX)
        server.bind(arguments['addr'][len('unix://'):])
        server.listen(64)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while True: server.accept()[0].close()
        """;

    public static EngineCommand Command { get; } = new("/usr/bin/python3", "-c", Script);
}
