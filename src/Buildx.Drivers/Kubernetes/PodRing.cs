using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Buildx.Drivers.Kubernetes;

/// <summary>
/// Which of several pods builds a directory: the same one as long as it is there, whoever asks. Pods and directories lie on a ring, by
/// the MD5 sum of their names read as two signed little-endian numbers, and the next pod after a directory has it. Buildx does the same,
/// so that both programs find the same cache.
/// </summary>
internal static class PodRing
{
    /// <param name="pods">At least one.</param>
    public static string Choose(IEnumerable<string> pods, string contextPath)
    {
        var ring = pods.Select(pod => (Place: PlaceOf(pod + "-0"), Pod: pod)).OrderBy(entry => entry.Place).ToList();
        var key = PlaceOf(contextPath);
        var next = ring.FindIndex(entry => entry.Place.CompareTo(key) > 0);
        return ring[Math.Max(next, 0)].Pod;
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "Spreads work; protects nothing.")]
    private static (long High, long Low) PlaceOf(string name)
    {
        var sum = MD5.HashData(Encoding.UTF8.GetBytes(name));
        return (BinaryPrimitives.ReadInt64LittleEndian(sum), BinaryPrimitives.ReadInt64LittleEndian(sum.AsSpan(8)));
    }
}
