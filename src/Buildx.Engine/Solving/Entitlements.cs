namespace Buildx.Engine.Solving;

/// <summary>What its user lets a build do beyond the usual.</summary>
/// <param name="Names">E.g. <c>network.host</c>; <c>device</c> as soon as one is granted.</param>
internal sealed record Entitlements(IReadOnlySet<string> Names, DeviceGrants Devices)
{
    public static Entitlements None { get; } = Parse([]);

    /// <exception cref="FormatException">A device's grant is not of the form <c>device[=NAME[,alias=ALIAS]]</c>.</exception>
    public static Entitlements Parse(IEnumerable<string> texts)
    {
        var names = new HashSet<string>();
        var devices = new DeviceGrants(false, [], []);
        foreach (var text in texts)
        {
            var equals = text.IndexOf('=');
            var isDevice = text[..(equals < 0 ? text.Length : equals)] == "device";
            names.Add(isDevice ? "device" : text);
            if (isDevice)
                devices = devices.With(equals < 0 ? "" : text[(equals + 1)..]);
        }
        return new Entitlements(names, devices);
    }

    public bool Contains(string name) => Names.Contains(name);
}
