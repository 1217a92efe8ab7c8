using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Cli.Debugging;

/// <summary>What is typed, read by a thread of its own: nobody can take back a read of a terminal.</summary>
internal sealed class Keyboard
{
    private const int StandardInput = 0;

    private readonly Channel<byte[]> _typed = Channel.CreateUnbounded<byte[]>();

    public Keyboard() => new Thread(Read, 128 << 10) { IsBackground = true, Name = "keyboard" }.Start();

    /// <summary>Completed when the terminal is gone.</summary>
    public ChannelReader<byte[]> Typed => _typed.Reader;

    private void Read()
    {
        using var handle = new SafeFileHandle(StandardInput, ownsHandle: false);
        using var terminal = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[4096];
        var empty = 0;
        while (true)
        {
            int count;
            try
            {
                count = terminal.Read(buffer);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                break;
            }
            if (count > 0)
            {
                empty = 0;
                _typed.Writer.TryWrite(buffer[..count]);
            }
            // While a build runs, Ctrl-D says that there is nothing; only a terminal that is gone says it all the time.
            else if (++empty > 10)
            {
                break;
            }
            else
            {
                Thread.Sleep(10);
            }
        }
        _typed.Writer.TryComplete();
    }
}
