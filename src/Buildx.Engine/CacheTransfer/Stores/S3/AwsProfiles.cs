namespace Buildx.Engine.CacheTransfer.Stores.S3;

/// <summary>Credentials where AWS's own tools look for them: the environment, then a profile of <c>~/.aws/credentials</c> and <c>~/.aws/config</c>.</summary>
/// <param name="environment">Gives a variable's value; null or empty where it is not set.</param>
public sealed class AwsProfiles(Func<string, string?> environment)
{
    private string Profile => Text("AWS_PROFILE") ?? Text("AWS_DEFAULT_PROFILE") ?? "default";

    public static AwsProfiles OfThisProcess { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>Null where there are none. Files that can't be read count as if they were not there.</summary>
    public AwsCredentials? FindCredentials()
    {
        if (Text("AWS_ACCESS_KEY_ID") is { } id && Text("AWS_SECRET_ACCESS_KEY") is { } secret)
            return new AwsCredentials(id, secret, Text("AWS_SESSION_TOKEN"));
        foreach (var section in Sections())
        {
            if (section.TryGetValue("aws_access_key_id", out id) && section.TryGetValue("aws_secret_access_key", out secret))
                return new AwsCredentials(id, secret, section.GetValueOrDefault("aws_session_token"));
        }
        return null;
    }

    public string? FindRegion() =>
        Text("AWS_REGION") ?? Text("AWS_DEFAULT_REGION") ?? Sections().Select(section => section.GetValueOrDefault("region")).FirstOrDefault(region => region is not null);

    /// <summary>The profile in both files, the credentials' first.</summary>
    private IEnumerable<Dictionary<string, string>> Sections()
    {
        yield return ReadSection(PathOf("AWS_SHARED_CREDENTIALS_FILE", "credentials"), Profile);
        yield return ReadSection(PathOf("AWS_CONFIG_FILE", "config"), Profile == "default" ? Profile : "profile " + Profile);
    }

    private string? PathOf(string variable, string name) =>
        Text(variable) ?? (Text("HOME") is { } home ? Path.Combine(home, ".aws", name) : null);

    private string? Text(string variable) => environment(variable) is { Length: > 0 } value ? value : null;

    private static Dictionary<string, string> ReadSection(string? file, string name)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var isInside = false;
        foreach (var line in ReadLines(file))
        {
            var text = line.Trim();
            if (text.Length == 0 || text[0] is '#' or ';')
                continue;
            if (text[0] == '[')
            {
                isInside = text.TrimEnd(']').TrimStart('[').Trim() == name;
                continue;
            }
            // What is indented belongs to the setting above.
            if (isInside && !char.IsWhiteSpace(line[0]) && text.Split('=', 2) is [var key, var value])
                values[key.Trim()] = value.Trim();
        }
        return values;
    }

    private static string[] ReadLines(string? file)
    {
        try
        {
            return file is null ? [] : File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
