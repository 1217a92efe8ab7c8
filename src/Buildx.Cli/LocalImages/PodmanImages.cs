using System.ComponentModel;
using System.Diagnostics;
using Buildx.Cli.Values;
using Buildx.Oci;

namespace Buildx.Cli.LocalImages;

/// <summary>Images of this user's Podman.</summary>
internal static class PodmanImages
{
    private const string Program = "podman";
    private const int NotThere = 1;

    /// <exception cref="CliException">There is no Podman, or it has no such image.</exception>
    public static async Task<OciLayout> SaveAsync(LocalImageReference image, string directory, CancellationToken cancellationToken)
    {
        var (found, error) = await RunAsync(image, ["image", "exists", image.Name], cancellationToken);
        if (found == NotThere)
            throw new CliException($"--build-context: {image}: Podman has no image \"{image.Name}\"; podman images lists those that it has");
        if (found == 0)
            (found, error) = await RunAsync(image, ["save", "--quiet", "--format=oci-dir", "--output", directory, image.Name], cancellationToken);
        return found == 0 ? OciLayout.Open(directory) : throw new CliException($"--build-context: {image}: podman ended with {found}: {error}");
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(LocalImageReference image, string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Start(image, arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, error.Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(LocalImageReference image, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new CliException($"--build-context: {image} needs the program podman, which is not installed", innerException: e);
        }
    }
}
