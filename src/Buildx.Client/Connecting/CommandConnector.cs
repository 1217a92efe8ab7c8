using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Buildx.Protocol;

namespace Buildx.Client;

/// <summary>
/// A BuildKit behind the standard streams of a program that carries them to it: <c>docker exec -i NAME buildctl dial-stdio</c>,
/// <c>ssh HOST buildctl dial-stdio</c>. Each connection is a process, which ends with it.
/// </summary>
/// <param name="name">What to call it in messages.</param>
/// <param name="program">Looked up in <c>PATH</c>.</param>
public sealed class CommandConnector(string name, string program, IReadOnlyList<string> arguments) : BuildkitConnector
{
    public override string Name => name;

    public override ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return ValueTask.FromResult<Stream>(new ProcessStream(Process.Start(start)!, $"{program} {string.Join(' ', arguments)}"));
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{name} is reached through the program {program}, which cannot be started: {e.Message}", e);
        }
    }

    /// <summary>What a process writes and reads. That it ended is told with the last that it said.</summary>
    private sealed class ProcessStream : UnseekableStream
    {
        private readonly Process _process;
        private readonly string _command;
        private readonly StringBuilder _errors = new();

        public ProcessStream(Process process, string command)
        {
            (_process, _command) = (process, command);
            process.ErrorDataReceived += (_, line) =>
            {
                lock (_errors)
                {
                    if (line.Data is { Length: > 0 } && _errors.Length < 4096)
                        _errors.Append(_errors.Length == 0 ? "" : "; ").Append(line.Data);
                }
            };
            process.BeginErrorReadLine();
        }

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await _process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.Length == 0)
                return read;
            await _process.WaitForExitAsync(cancellationToken);
            return _process.ExitCode == 0 ? 0 : throw Ended(null);
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                await _process.StandardInput.BaseStream.WriteAsync(buffer, cancellationToken);
                await _process.StandardInput.BaseStream.FlushAsync(cancellationToken);
            }
            catch (IOException e)
            {
                throw Ended(e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (!_process.HasExited)
                    _process.Kill(entireProcessTree: true);
                _process.Dispose();
            }
            base.Dispose(disposing);
        }

        private IOException Ended(Exception? inner)
        {
            lock (_errors)
                return new IOException($"\"{_command}\" ended{(_errors.Length > 0 ? $": {_errors}" : " without a word")}", inner);
        }
    }
}
