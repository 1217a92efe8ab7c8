using System.Security.Cryptography;
using System.Text;

namespace Buildx.Fuzz;

internal static class FindingFile
{
    /// <returns>The file with the input; what went wrong lies beside it.</returns>
    public static string Write(string directory, string target, string input, string error)
    {
        Directory.CreateDirectory(directory);
        var bytes = Encoding.UTF8.GetBytes(input);
        var file = Path.Combine(directory, $"{target}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..12]}");
        File.WriteAllBytes(file, bytes);
        File.WriteAllText(file + ".error", error);
        return file;
    }
}
