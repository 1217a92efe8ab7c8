using System.Diagnostics;

namespace Buildx.Cli.History;

/// <summary>The Git repository that a directory is in.</summary>
internal static class LocalRepository
{
    /// <summary>The address of its remote: what builds of it are recorded with.</summary>
    /// <exception cref="CliException">There is none, or no Git.</exception>
    public static async Task<string> FindAsync(string directory, CancellationToken cancellationToken)
    {
        var remote = await GitAsync(directory, ["remote"], cancellationToken) is { Length: > 0 } names ? names.Split('\n')[0].Trim() : "origin";
        // A branch may be of another remote than the first.
        if (await GitAsync(directory, ["rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}"], cancellationToken) is { Length: > 0 } upstream)
            remote = upstream.Split('/')[0].Trim();
        return await GitAsync(directory, ["remote", "get-url", remote], cancellationToken) is { Length: > 0 } url
            ? url.Trim()
            : throw new CliException($"--local: {directory} is in no Git repository that has a remote");
    }

    private static async Task<string?> GitAsync(string directory, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", ["-C", directory, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start) ?? throw new CliException("--local needs git");
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await output : null;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new CliException("--local needs git, which is not installed", innerException: e);
        }
    }
}
