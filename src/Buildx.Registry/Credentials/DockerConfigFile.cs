using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Buildx.Registry;

/// <summary>
/// Docker's <c>config.json</c>. Whatever a change is not about survives it.
/// </summary>
public sealed class DockerConfigFile(string path)
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string FilePath => path;

    /// <exception cref="CredentialStoreException">The file cannot be read, or is no JSON object.</exception>
    public JsonObject Read()
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialStoreException($"cannot read {path}: {e.Message}", e);
        }
        if (content.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return [];
        try
        {
            return JsonNode.Parse(content) as JsonObject ?? throw new CredentialStoreException($"{path} is not a JSON object");
        }
        catch (JsonException e)
        {
            throw new CredentialStoreException($"{path} is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>
    /// Changes the file: it is whole at any time, readable by its owner alone, and keeps its place when it is a symbolic link.
    /// </summary>
    public void Update(Action<JsonObject> change)
    {
        var root = Read();
        change(root);
        var target = path;
        try
        {
            if (new FileInfo(path).LinkTarget is not null)
                target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var directory = Path.GetDirectoryName(Path.GetFullPath(target))!;
            if (!Directory.Exists(directory))
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var temporary = $"{target}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
            try
            {
                using (var file = new FileStream(temporary, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }))
                {
                    using (var writer = new Utf8JsonWriter(file, Indented))
                        root.WriteTo(writer);
                    file.Flush(flushToDisk: true);
                }
                File.Move(temporary, target, overwrite: true);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CredentialStoreException($"cannot write {target}: {e.Message}", e);
        }
    }

    /// <summary>Reads one entry of <c>auths</c>.</summary>
    internal static RegistryCredential? ParseEntry(JsonObject entry)
    {
        if (Text(entry, "identitytoken") is { Length: > 0 } identityToken)
            return RegistryCredential.FromIdentityToken(identityToken, DecodeAuth(entry)?.Username ?? Text(entry, "username") ?? "");
        if (Text(entry, "registrytoken") is { Length: > 0 } registryToken)
            return RegistryCredential.FromBearerToken(registryToken);
        if (DecodeAuth(entry) is var (username, password) && username.Length > 0)
            return RegistryCredential.FromPassword(username, password);
        return Text(entry, "username") is { Length: > 0 } name && Text(entry, "password") is { } secret
            ? RegistryCredential.FromPassword(name, secret)
            : null;
    }

    internal static JsonObject MakeEntry(RegistryCredential credential)
    {
        var entry = new JsonObject();
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}"));
        if (credential.BearerToken is { } bearer)
            entry["registrytoken"] = bearer;
        else
            entry["auth"] = encoded;
        if (credential.IdentityToken is { } token)
            entry["identitytoken"] = token;
        return entry;
    }

    internal static string? Text(JsonObject node, string name) =>
        node[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static (string Username, string Password)? DecodeAuth(JsonObject entry)
    {
        if (Text(entry, "auth") is not { Length: > 0 } auth)
            return null;
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(auth));
            var colon = text.IndexOf(':');
            return colon < 0 ? null : (text[..colon], text[(colon + 1)..].Trim('\0'));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
