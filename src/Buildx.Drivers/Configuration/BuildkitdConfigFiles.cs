using System.Text;
using System.Text.RegularExpressions;
using Buildx.Drivers.Native;
using Tomlyn;
using Tomlyn.Model;

namespace Buildx.Drivers.Configuration;

/// <summary>
/// A <c>buildkitd.toml</c> with the certificates it names, taken along when a builder is created: the builder then doesn't
/// depend on the user's files. Stored as Buildx stores it: the certificates under <c>certs/HOST/</c>, and named in the TOML
/// as if all lay in <c>/etc/buildkit</c>.
/// </summary>
public static partial class BuildkitdConfigFiles
{
    public const string MainFile = "buildkitd.toml";

    private const string StoredDirectory = "/etc/buildkit";
    private const int LargestFile = 1024 * 1024;

    /// <exception cref="DriverException">A file is missing or is not TOML.</exception>
    public static IReadOnlyDictionary<string, byte[]> Load(string path)
    {
        var text = Encoding.UTF8.GetString(Read(path, "the buildkitd configuration"));
        var files = new Dictionary<string, byte[]>();
        foreach (var (host, certificate) in FindCertificates(text, path).Distinct().ToList())
        {
            var source = Path.GetFullPath(certificate);
            var stored = $"certs/{UnsafeInHost().Replace(host, "_")}/{Path.GetFileName(certificate)}";
            files[stored] = Read(source, $"the file that {path} names for registry \"{host}\"");
            text = text
                .Replace($"\"{certificate}\"", $"\"{StoredDirectory}/{stored}\"", StringComparison.Ordinal)
                .Replace($"'{certificate}'", $"\"{StoredDirectory}/{stored}\"", StringComparison.Ordinal);
        }
        files[MainFile] = Encoding.UTF8.GetBytes(text);
        return files;
    }

    /// <summary>Whether the configuration says that builds may use the host's network.</summary>
    public static bool AllowsHostNetwork(IReadOnlyDictionary<string, byte[]> files) =>
        files.TryGetValue(MainFile, out var content)
        && TomlSerializer.Deserialize(Encoding.UTF8.GetString(content), TomlTables.Default.TomlTable) is { } root
        && root.TryGetValue("insecure-entitlements", out var entitlements) && entitlements is TomlArray list && list.OfType<string>().Contains("network.host");

    /// <summary>Writes stored files into a directory where an engine can read them.</summary>
    public static void Materialize(IReadOnlyDictionary<string, byte[]> files, string directory)
    {
        foreach (var (name, content) in files)
        {
            var path = Path.GetFullPath(name, directory);
            if (!path.StartsWith(directory + "/", StringComparison.Ordinal))
                throw new DriverException($"the builder's stored configuration has a file with the name \"{name}\", which lies outside its directory");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, PrivateFile.DirectoryMode);
            var bytes = name == MainFile
                ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace(StoredDirectory + "/certs/", directory + "/certs/", StringComparison.Ordinal))
                : content;
            using var stream = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = PrivateFile.FileMode });
            stream.Write(bytes);
        }
    }

    // Tomlyn's message begins with the types it converts; the cause stands last: "(LINE,COLUMN) : error : CAUSE."
    private static string Reason(TomlException e) => LastError().Match(e.Message) is { Success: true } cause
        ? $"{cause.Groups["line"].Value}:{cause.Groups["column"].Value}: not valid TOML: {cause.Groups["cause"].Value}"
        : $" not valid TOML: {e.Message}";

    [GeneratedRegex(@"\((?<line>\d+),(?<column>\d+)\) : error : (?<cause>[^\n]*?)\.?\s*$", RegexOptions.RightToLeft)]
    private static partial Regex LastError();

    private static IEnumerable<(string Host, string Path)> FindCertificates(string text, string path)
    {
        TomlTable root;
        try
        {
            root = TomlSerializer.Deserialize(text, TomlTables.Default.TomlTable) ?? [];
        }
        catch (TomlException e)
        {
            throw new DriverException($"{path}:{Reason(e)}", e);
        }
        if (!root.TryGetValue("registry", out var registries) || registries is not TomlTable hosts)
            yield break;
        foreach (var (host, settings) in hosts)
        {
            if (settings is not TomlTable table)
                throw new DriverException($"{path}: registry.\"{host}\" must be a table");
            if (table.TryGetValue("ca", out var authorities) && authorities is TomlArray list)
            {
                foreach (var authority in list.OfType<string>())
                    yield return (host, authority);
            }
            if (table.TryGetValue("keypair", out var pairs) && pairs is System.Collections.IEnumerable entries)
            {
                foreach (var pair in entries.OfType<TomlTable>())
                {
                    foreach (var part in new[] { "key", "cert" })
                    {
                        if (pair.TryGetValue(part, out var file) && file is string { Length: > 0 } name)
                            yield return (host, name);
                    }
                }
            }
        }
    }

    private static byte[] Read(string path, string what)
    {
        try
        {
            return new FileInfo(path).Length <= LargestFile
                ? File.ReadAllBytes(path)
                : throw new DriverException($"{what}, {path}, is larger than 1 MB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"cannot read {what}: {e.Message}", e);
        }
    }

    [GeneratedRegex("[^a-zA-Z0-9.-]+")]
    private static partial Regex UnsafeInHost();
}
