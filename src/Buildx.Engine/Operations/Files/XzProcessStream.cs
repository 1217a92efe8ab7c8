using System.ComponentModel;
using System.Diagnostics;

namespace Buildx.Engine.Operations.Files;

/// <summary>Decompresses with the <c>xz</c> program: .NET has no decoder for it.</summary>
internal sealed class XzProcessStream : Stream
{
    private readonly Process _process;
    private readonly Stream _output;
    private readonly Task _feeding;
    private bool _ended;

    private XzProcessStream(Process process, Stream input)
    {
        _process = process;
        _output = process.StandardOutput.BaseStream;
        _feeding = Task.Run(() => Feed(input));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="FileOperationException">There is no <c>xz</c> on this machine.</exception>
    public static XzProcessStream Start(Stream input, string path)
    {
        var start = new ProcessStartInfo("xz")
        {
            ArgumentList = { "--decompress", "--stdout", "--quiet" },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new XzProcessStream(Process.Start(start)!, input);
        }
        catch (Win32Exception exception)
        {
            throw new FileOperationException(
                $"{path} is compressed with xz, and the xz program is not installed here: install the package xz-utils", exception);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0 || _ended)
            return 0;
        var read = _output.Read(buffer);
        if (read > 0)
            return read;
        _ended = true;
        var message = _process.StandardError.ReadToEnd().Trim();
        _process.WaitForExit();
        return _process.ExitCode == 0 ? 0 : throw new InvalidDataException(message.StartsWith("xz: ", StringComparison.Ordinal) ? message : $"xz: {message}");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.WaitForExit();
            _feeding.Wait();
            _process.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Feed(Stream input)
    {
        try
        {
            using var standardInput = _process.StandardInput.BaseStream;
            input.CopyTo(standardInput);
        }
        catch (IOException)
        {
            // It ended early; its exit code and message tell why.
        }
    }
}
