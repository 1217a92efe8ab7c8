using System.IO.MemoryMappedFiles;
using System.Text;

namespace Buildx.Fuzz;

/// <summary>What the worker is busy with, in a file that outlives it.</summary>
internal sealed class CurrentInput : IDisposable
{
    private const int Capacity = 1 << 18;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CurrentInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Capacity);
        _view = _file.CreateViewAccessor();
    }

    public long Executions => _view.ReadInt64(0);

    public void Begin(long execution, int target, string input)
    {
        var bytes = Encoding.UTF8.GetBytes(input);
        _view.Write(0, execution);
        _view.Write(8, target);
        _view.Write(12, Math.Min(bytes.Length, Capacity - 16));
        _view.WriteArray(16, bytes, 0, Math.Min(bytes.Length, Capacity - 16));
    }

    public (int Target, string Input) Read()
    {
        var bytes = new byte[_view.ReadInt32(12)];
        _view.ReadArray(16, bytes, 0, bytes.Length);
        return (_view.ReadInt32(8), Encoding.UTF8.GetString(bytes));
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
