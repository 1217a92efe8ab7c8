using System.Text.RegularExpressions;
using Buildx.Engine.CacheTransfer.Places;
using Buildx.Oci;

namespace Buildx.Engine.CacheTransfer.Stores.Azure;

/// <summary>The attributes of <c>type=azblob</c>.</summary>
/// <param name="Url">Of the account, without a slash at its end.</param>
/// <param name="Key">The account's key.</param>
internal sealed partial record AzureOptions(string Url, string Account, string Container, byte[] Key)
{
    /// <summary>Content that is longer is sent in blocks, of this size or more.</summary>
    public long BlockSize { get; init; } = 32L << 20;

    /// <summary>For messages.</summary>
    public string Name => $"container {Container} at {new Uri(Url).Authority}{new Uri(Url).AbsolutePath.TrimEnd('/')}";

    // Whoever prints a record is not to print the key.
    public override string ToString() => Name;

    /// <exception cref="CacheTransferException">An attribute is missing or makes no sense.</exception>
    public static (AzureOptions Options, ObjectNames Names) Read(CacheAttributes attributes, Func<string, string?> environment)
    {
        string? Text(string key, string variable) => attributes.Text(key) ?? (environment("BUILDKIT_AZURE_STORAGE_" + variable) is { Length: > 0 } value ? value : null);
        var text = Text("account_url", "ACCOUNT_URL") ?? attributes.Required("account_url");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw attributes.Invalid("account_url", text, "an address, e.g. https://ACCOUNT.blob.core.windows.net");
        // What stands there may be a signature, and is not shown.
        if (url.Query.Length > 0 || url.UserInfo.Length > 0)
            throw attributes.Invalid("account_url", url.GetLeftPart(UriPartial.Path).Replace(url.UserInfo + "@", "", StringComparison.Ordinal) + "…", "an address without anything after a ? and without a user; shared access signatures are not supported, use secret_access_key");
        var container = Text("container", "CONTAINER") ?? "buildkit-cache";
        if (!ContainerName().IsMatch(container))
            throw attributes.Invalid("container", container, "3 to 63 small letters, digits and single hyphens");
        var options = new AzureOptions(
            text.TrimEnd('/'),
            Text("account_name", "ACCOUNT_NAME") ?? url.Host.Split('.')[0],
            container,
            ReadKey(attributes));
        var prefix = Text("prefix", "PREFIX") ?? "";
        return (options, new ObjectNames(
            ObjectNames.ReadNames(attributes),
            Join(prefix, attributes.TextOrEmpty("manifests_prefix", "manifests")),
            Join(prefix, attributes.TextOrEmpty("blobs_prefix", "blobs"))));
    }

    private static byte[] ReadKey(CacheAttributes attributes)
    {
        var text = attributes.Text("secret_access_key") ?? throw new CacheTransferException(
            $"{attributes.Purpose} type=azblob: secret_access_key is missing: it is one of the storage account's two access keys (az storage account keys list); AZURE_STORAGE_KEY gives it too. Logins of Azure's command line, managed identities and the like are not looked for");
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new CacheTransferException($"{attributes.Purpose} type=azblob: secret_access_key is not the key of a storage account, which is base64");
        }
    }

    /// <summary>Prefixes are directories here: a slash comes after each.</summary>
    private static string Join(params ReadOnlySpan<string> parts)
    {
        var path = string.Join('/', parts.ToArray().Where(part => part.Length > 0));
        return path.Length == 0 ? "" : UnixPath.Clean(path) is var clean and not "/" ? clean + "/" : "/";
    }

    [GeneratedRegex("^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
    private static partial Regex ContainerName();
}
