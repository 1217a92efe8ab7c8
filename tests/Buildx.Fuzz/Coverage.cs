using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Buildx.Fuzz;

/// <summary>Which branches the instrumented code took, in the form that afl-fuzz made known: counters of pairs of places.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;

    private readonly byte* _map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] _seen = new byte[Size];

    public Coverage() => Trace.SharedMem = _map;

    /// <summary>Pairs of places that were taken so far.</summary>
    public int Count { get; private set; }

    public void Start()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the run since <see cref="Start"/> went where no run was before, or went there more often.</summary>
    public bool IsNew()
    {
        var isNew = false;
        var words = (ulong*)_map;
        for (var word = 0; word < Size / 8; word++)
        {
            if (words[word] == 0)
                continue;
            for (var i = word * 8; i < (word * 8) + 8; i++)
            {
                var level = Level(_map[i]);
                if ((_seen[i] & level) == level)
                    continue;
                Count += _seen[i] == 0 ? 1 : 0;
                _seen[i] |= level;
                isNew = true;
            }
        }
        return isNew;
    }

    private static byte Level(byte count) => count switch { 0 => 0, 1 => 1, 2 => 2, 3 => 4, < 8 => 8, < 16 => 16, < 32 => 32, < 128 => 64, _ => 128 };
}
