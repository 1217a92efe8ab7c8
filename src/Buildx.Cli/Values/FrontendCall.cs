using Buildx.Diagnostics;
using Buildx.Dockerfile;
using Buildx.Oci;

namespace Buildx.Cli.Values;

/// <summary><c>--call</c>: what the frontend is asked instead of building.</summary>
/// <param name="Method">As the frontend calls it, without <c>frontend.</c>, e.g. <c>lint</c>.</param>
/// <param name="AsJson">The answer for programs, not for people.</param>
/// <param name="IgnoreStatus">The exit code says only whether there was an answer.</param>
internal sealed record FrontendCall(string Method, bool AsJson, bool IgnoreStatus)
{
    public const string Lint = "lint";

    /// <returns>Null for a build.</returns>
    /// <exception cref="CliException">It can't be read.</exception>
    public static FrontendCall? Parse(string flag, string text)
    {
        string? method = null;
        var (asJson, ignoreStatus) = (false, false);
        foreach (var field in CsvFields.Split(flag, text))
        {
            var equals = field.IndexOf('=');
            var value = field[(equals + 1)..];
            switch (equals < 0 ? "" : field[..equals])
            {
                case "" when method is null:
                    method = field;
                    break;
                case "":
                    throw new CliException($"{flag}: \"{text}\" names two methods, {method} and {field}");
                case "format" when value is "json" or "text" or "":
                    asJson = value == "json";
                    break;
                case "format":
                    throw new CliException($"{flag}: there is no format \"{value}\" (want text or json)");
                case "ignorestatus":
                    ignoreStatus = BooleanText.TryParse(value, out var ignore) ? ignore : throw new CliException($"{flag}: ignorestatus={value} must be true or false");
                    break;
                case var key:
                    throw new CliException($"{flag}: \"{key}\" is not known{Suggestion.Phrase(key, ["format", "ignorestatus"])}");
            }
        }
        return method switch
        {
            null or "" or "build" => null,
            "check" => new FrontendCall(Lint, asJson, ignoreStatus),
            _ => new FrontendCall(method, asJson, ignoreStatus),
        };
    }
}
