namespace Buildx.Bake.Overrides;

/// <summary>What overrides name on the command line: whoever typed it need not be asked for it again.</summary>
public sealed class OverrideGrants
{
    public ISet<string> Reads { get; } = new HashSet<string>(StringComparer.Ordinal);

    public ISet<string> Writes { get; } = new HashSet<string>(StringComparer.Ordinal);

    public bool NetworkHost { get; set; }

    public bool SecurityInsecure { get; set; }
}
