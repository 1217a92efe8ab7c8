using System.Globalization;

namespace Buildx.Engine.Server.Configuration;

/// <summary>Whose the Unix sockets are, where they are not the engine's user's alone: then the files' permissions decide who may connect.</summary>
internal sealed record SocketOwner(uint UserId, uint GroupId)
{
    /// <param name="group">A name or a number.</param>
    /// <exception cref="ConfigurationException">There is no such group.</exception>
    public static uint FindGroup(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id;
        foreach (var line in File.Exists("/etc/group") ? File.ReadLines("/etc/group") : [])
        {
            if (line.Split(':') is [var name, _, var number, ..] && name == group && uint.TryParse(number, CultureInfo.InvariantCulture, out id))
                return id;
        }
        throw new ConfigurationException($"--group: there is no group \"{group}\" on this machine");
    }
}
