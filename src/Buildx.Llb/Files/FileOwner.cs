using System.Globalization;
using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>Who owns what a file operation makes, by number or by a name that the target's own <c>/etc/passwd</c> and <c>/etc/group</c> resolve.</summary>
public sealed record FileOwner(FileOwner.Identity? User, FileOwner.Identity? Group)
{
    /// <param name="Name">Null for a number.</param>
    public sealed record Identity(string? Name, uint Id)
    {
        internal UserOpt ToMessage(int baseInput) => Name is null
            ? new UserOpt { ByID = Id }
            : new UserOpt { ByName = new NamedUserOpt { Name = Name, Input = baseInput } };
    }

    public static FileOwner Numeric(uint user, uint group) => new(new Identity(null, user), new Identity(null, group));

    /// <summary>Reads <c>user[:group]</c>.</summary>
    public static FileOwner Parse(string text)
    {
        var colon = text.IndexOf(':');
        return colon < 0
            ? new FileOwner(ParseIdentity(text), null)
            : new FileOwner(ParseIdentity(text[..colon]), ParseIdentity(text[(colon + 1)..]));
    }

    internal ChownOpt ToMessage(int baseInput) => new() { User = User?.ToMessage(baseInput), Group = Group?.ToMessage(baseInput) };

    private static Identity ParseIdentity(string text)
    {
        if (text is "root" or "")
            return new Identity(null, 0);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? new Identity(null, unchecked((uint)id))
            : new Identity(text, 0);
    }
}
