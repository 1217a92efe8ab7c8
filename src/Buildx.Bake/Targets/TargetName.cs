namespace Buildx.Bake.Targets;

internal static class TargetName
{
    public const string Rule = "a target's name has letters, digits, _ and - only";

    public static bool IsValid(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    /// <summary>Compose allows dots in the names of services.</summary>
    public static string Sanitize(string name) => name.Replace('.', '_');
}
