using System.Text;
using System.Text.Json;

namespace Buildx.Engine.CacheTransfer.Stores.GitHub;

/// <summary>The token that a job of GitHub's has for its cache. Its signature is GitHub's business; what it allows is written in it.</summary>
internal sealed class RuntimeToken
{
    private const int Read = 1;
    private const int Write = 2;

    private RuntimeToken(string text, IReadOnlyList<string> readable, string? writable) => (Text, Readable, Writable) = (text, readable, writable);

    /// <summary>The secret.</summary>
    public string Text { get; }

    /// <summary>Scopes (branches, mostly) whose caches may be read.</summary>
    public IReadOnlyList<string> Readable { get; }

    /// <summary>The scope that caches are written to; null when none may be.</summary>
    public string? Writable { get; }

    /// <exception cref="CacheTransferException">It is none, or not valid now.</exception>
    public static RuntimeToken Parse(string text, string purpose, DateTimeOffset now)
    {
        try
        {
            using var claims = JsonDocument.Parse(Decode(text.Split('.') is [_, var middle, _] ? middle : throw new FormatException()));
            var root = claims.RootElement;
            var (begin, end) = (DateTimeOffset.FromUnixTimeSeconds((long)root.GetProperty("nbf").GetDouble()), DateTimeOffset.FromUnixTimeSeconds((long)root.GetProperty("exp").GetDouble()));
            if (now > end)
                throw new CacheTransferException($"{purpose} type=gha: the token has expired at {end:u}: it lives only as long as its job");
            // Clocks differ a little.
            if (now.AddMinutes(5) < begin)
                throw new CacheTransferException($"{purpose} type=gha: the token is valid only from {begin:u} on: set this machine's clock");
            using var scopes = JsonDocument.Parse(root.GetProperty("ac").GetString() ?? "[]");
            var list = scopes.RootElement.EnumerateArray().Select(scope => (Name: scope.GetProperty("Scope").GetString() ?? "", Rights: scope.GetProperty("Permission").GetInt32())).ToList();
            return new RuntimeToken(
                text,
                [.. list.Where(scope => (scope.Rights & Read) != 0).Select(scope => scope.Name).Distinct()],
                list.Where(scope => (scope.Rights & Write) != 0).Select(scope => scope.Name).LastOrDefault());
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new CacheTransferException($"{purpose} type=gha: the token is not one that GitHub gives to a job (ACTIONS_RUNTIME_TOKEN)");
        }
    }

    // Whoever prints it is not to print the secret.
    public override string ToString() => $"token for {string.Join(", ", Readable)}";

    private static string Decode(string text)
    {
        var base64 = text.Replace('-', '+').Replace('_', '/');
        return Encoding.UTF8.GetString(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '=')));
    }
}
