using System.Globalization;

namespace Buildx.Drivers.Docker;

/// <summary>What to tell the program <c>ssh</c> to reach the host of a URL.</summary>
internal static class SshArguments
{
    /// <exception cref="DriverException">The URL has a part that is not used.</exception>
    public static IReadOnlyList<string> For(Uri uri)
    {
        if (uri.Host.Length == 0 || uri.Host.StartsWith('-'))
            throw new DriverException($"{uri.OriginalString} names no host");
        if (uri.UserInfo.Contains(':'))
            throw new DriverException($"a password in ssh://{uri.Host} would not be used; let ssh know a key, or an agent");
        var arguments = new List<string>();
        if (uri.UserInfo.Length > 0)
            arguments.AddRange(["-l", uri.UserInfo]);
        if (uri.Port > 0)
            arguments.AddRange(["-p", uri.Port.ToString(CultureInfo.InvariantCulture)]);
        return [.. arguments, "-o", "ConnectTimeout=30", "-T", "--", uri.Host];
    }
}
