using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Buildx.Registry;

/// <summary>A program <c>docker-credential-NAME</c> that keeps credentials, e.g. in the desktop's key ring.</summary>
internal sealed class CredentialHelper(string name)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private string Program => "docker-credential-" + name;

    /// <returns>Null when it has none for this server.</returns>
    public async Task<RegistryCredential?> GetAsync(string server, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync("get", server, cancellationToken);
        if (exitCode != 0)
        {
            // The helpers' protocol has these words, on stdout, for "no such thing".
            return output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw Failed("get", exitCode, output);
        }
        HelperCredential? credential;
        try
        {
            credential = JsonSerializer.Deserialize(output, HelperJsonContext.Default.HelperCredential);
        }
        catch (JsonException e)
        {
            throw new CredentialStoreException($"{Program} get answered with something that is not JSON", e);
        }
        return credential switch
        {
            null or { Secret: null or "" } => null,
            { Username: "<token>" } => RegistryCredential.FromIdentityToken(credential.Secret),
            _ => RegistryCredential.FromPassword(credential.Username ?? "", credential.Secret),
        };
    }

    public async Task StoreAsync(string server, RegistryCredential credential, CancellationToken cancellationToken)
    {
        var entry = credential.IdentityToken is { } token
            ? new HelperCredential(server, "<token>", token)
            : new HelperCredential(server, credential.Username, credential.Password);
        var (exitCode, output) = await RunAsync("store", JsonSerializer.Serialize(entry, HelperJsonContext.Default.HelperCredential), cancellationToken);
        if (exitCode != 0)
            throw Failed("store", exitCode, output);
    }

    public async Task EraseAsync(string server, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync("erase", server, cancellationToken);
        if (exitCode != 0 && !output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase))
            throw Failed("erase", exitCode, output);
    }

    private CredentialStoreException Failed(string action, int exitCode, string output) =>
        new($"{Program} {action} failed with exit code {exitCode}: {FirstLine(output)}");

    private static string FirstLine(string text) => text.Trim().Split('\n')[0] is { Length: > 0 } line ? line : "(it said nothing)";

    private async Task<(int ExitCode, string Output)> RunAsync(string action, string input, CancellationToken cancellationToken)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\0'))
            throw new CredentialStoreException($"\"{name}\" is not the name of a credential helper");
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, [action])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            const int noSuchFile = 2;
            var reason = e.NativeErrorCode == noSuchFile ? "it is not on PATH" : new Win32Exception(e.NativeErrorCode).Message;
            throw new CredentialStoreException(
                $"cannot run {Program}, which Docker's config.json names as the keeper of credentials: {reason}. Install it, or take it out of credsStore and credHelpers", e);
        }
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading; its exit code tells.
            }
            await process.WaitForExitAsync(timeout.Token);
            var (text, complaint) = (await output, await errors);
            return (process.ExitCode, process.ExitCode != 0 && text.Length == 0 ? complaint : text);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new CredentialStoreException($"{Program} {action} did not answer within {Timeout.TotalSeconds} seconds");
        }
    }
}

internal sealed record HelperCredential(
    [property: JsonPropertyName("ServerURL")] string? ServerUrl,
    [property: JsonPropertyName("Username")] string? Username,
    [property: JsonPropertyName("Secret")] string? Secret);

[JsonSerializable(typeof(HelperCredential))]
internal sealed partial class HelperJsonContext : JsonSerializerContext;
