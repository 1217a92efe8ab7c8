using System.Text;

namespace Buildx.Engine.Tests.Execution;

/// <summary>Looks for processes by what stands on their command line.</summary>
internal static class Processes
{
    public static IReadOnlyList<string> With(string text)
    {
        var found = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            try
            {
                var command = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, "cmdline"))).Replace('\0', ' ');
                if (command.Contains(text, StringComparison.Ordinal))
                    found.Add(command);
            }
            catch (IOException)
            {
                // Gone meanwhile, or not a process.
            }
        }
        return found;
    }
}
