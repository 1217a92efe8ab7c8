using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Buildx.Protocol.Sessions;

/// <summary>A stream as one of Kestrel's connections. Two loops copy between them, so that reading never waits for writing.</summary>
internal sealed class StreamConnection : ConnectionContext
{
    private const int BufferSize = 32 * 1024;

    private readonly Stream _stream;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 2 << 20, useSynchronizationContext: false));
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 1 << 19, useSynchronizationContext: false));
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StreamConnection(Stream stream)
    {
        _stream = stream;
        Transport = new DuplexPipe(_input.Reader, _output.Writer);
        ConnectionClosed = _closed.Token;
        _ = RunAsync();
    }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId { get; set; } = "session";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    /// <summary>Completes when the stream has ended in one of its directions.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _ended.Task.WaitAsync(cancellationToken);

    public override void Abort(ConnectionAbortedException abortReason) => Close();

    public override void Abort() => Close();

    public override async ValueTask DisposeAsync()
    {
        Close();
        await _stream.DisposeAsync();
        await base.DisposeAsync();
    }

    private void Close()
    {
        _ended.TrySetResult();
        _closed.Cancel();
    }

    private async Task RunAsync()
    {
        var reading = ReadAsync();
        var writing = WriteAsync();
        await Task.WhenAny(reading, writing);
        Close();
    }

    private async Task ReadAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var memory = _input.Writer.GetMemory(BufferSize);
                var count = await _stream.ReadAsync(memory, _closed.Token);
                if (count == 0)
                    break;
                _input.Writer.Advance(count);
                if ((await _input.Writer.FlushAsync(_closed.Token)).IsCompleted)
                    break;
            }
        }
        catch (Exception exception)
        {
            failure = new ConnectionAbortedException("The session's tunnel has ended.", exception);
        }
        await _input.Writer.CompleteAsync(failure);
    }

    private async Task WriteAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var result = await _output.Reader.ReadAsync(_closed.Token);
                foreach (var segment in result.Buffer)
                    await _stream.WriteAsync(segment, _closed.Token);
                if (!result.Buffer.IsEmpty)
                    await _stream.FlushAsync(_closed.Token);
                _output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                    break;
            }
        }
        catch (Exception exception)
        {
            failure = new ConnectionAbortedException("The session's tunnel has ended.", exception);
        }
        await _output.Reader.CompleteAsync(failure);
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
