using System.Text.Encodings.Web;
using System.Text.Json;
using Buildx.Drivers.Native;

namespace Buildx.Drivers.Store;

/// <summary>Where this machine has built from, by build: files below <c>refs</c> in the builders' directory, shared with Buildx.</summary>
public sealed class LocalBuilds(string directory)
{
    private const string References = "refs";
    private const string Groups = "__group__";

    /// <summary>Says in which form groups are: Buildx changes older ones.</summary>
    private const string VersionFile = "version";

    private static ReadOnlySpan<byte> Version => "2"u8;

    private static readonly LocalBuildJson Json = new(new JsonSerializerOptions(LocalBuildJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <returns>Null when it was not built from here, or by who keeps nothing.</returns>
    public LocalBuild? Find(string builder, string node, string reference) => IsName(builder) && IsName(node) && IsName(reference)
        ? Read(Path.Combine(directory, References, builder, node, reference), Json.LocalBuild)
        : null;

    public LocalBuildGroup? FindGroup(string reference) => IsName(reference) ? Read(Path.Combine(directory, References, Groups, reference), Json.LocalBuildGroup) : null;

    public void Save(string builder, string node, string reference, LocalBuild build) =>
        Write(Path.Combine(References, builder, node), reference, JsonSerializer.SerializeToUtf8Bytes(build, Json.LocalBuild));

    public void SaveGroup(string reference, LocalBuildGroup group)
    {
        Write(Path.Combine(References, Groups), reference, JsonSerializer.SerializeToUtf8Bytes(group, Json.LocalBuildGroup));
        if (!File.Exists(Path.Combine(directory, References, VersionFile)))
            Write(References, VersionFile, Version);
    }

    /// <summary>Forgets all builds of a builder that is no more.</summary>
    public void Remove(string builder)
    {
        if (!IsName(builder))
            return;
        try
        {
            Directory.Delete(Path.Combine(directory, References, builder), recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody reads them any more.
        }
    }

    private static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private void Write(string place, string name, ReadOnlySpan<byte> content)
    {
        try
        {
            var path = Directory.CreateDirectory(Path.Combine(directory, place), PrivateFile.DirectoryMode).FullName;
            PrivateFile.WriteAtomically(Path.Combine(path, name), content, directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A build does not fail because nobody will know later where it came from.
        }
    }

    private static bool IsName(string text) => text.Length > 0 && text is not ("." or "..") && !text.Contains('/');
}
