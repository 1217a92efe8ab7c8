using System.Text.RegularExpressions;

namespace Buildx.Dockerfile;

/// <summary>Permissions for <c>--chmod</c>: octal, or as chmod(1) writes them (<c>u=rwX,go=rX</c>).</summary>
internal static partial class SymbolicMode
{
    /// <returns>The number, or null for a symbolic mode.</returns>
    public static int? Parse(string text)
    {
        if (text.Length > 0 && text.All(c => c is >= '0' and <= '7'))
        {
            var digits = text.TrimStart('0');
            if (digits.Length > 4)
                throw Invalid(text);
            return digits.Length == 0 ? 0 : Convert.ToInt32(digits, 8);
        }
        return Pattern().IsMatch(text) ? null : throw Invalid(text);
    }

    private static InstructionException Invalid(string text) =>
        new($"--chmod={text} is no mode: it must be octal, between 0 and 07777, or symbolic, e.g. u=rwX,go=rX");

    [GeneratedRegex(@"\A[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+(?:,[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+)*\z")]
    private static partial Regex Pattern();
}
