using Buildx.Linux;

namespace Buildx.Engine.Execution.Cgroups;

/// <summary>One line of what a cgroup's processes may do with device nodes; a later line counts more than an earlier one.</summary>
/// <param name="Type">Block or character device; null for both.</param>
/// <param name="Major">Null for all.</param>
/// <param name="Minor">Null for all.</param>
/// <param name="Access">Of <c>r</c>, <c>w</c> and <c>m</c> (making a node).</param>
internal sealed record DeviceRule(bool Allow, FileType? Type, uint? Major, uint? Minor, string Access)
{
    public string TypeName => Type switch
    {
        FileType.CharacterDevice => "c",
        FileType.BlockDevice => "b",
        _ => "a",
    };

    /// <summary>As cgroup v1's <c>devices.allow</c> and <c>devices.deny</c> take it.</summary>
    public override string ToString() => Type is null ? "a" : $"{TypeName} {Name(Major)}:{Name(Minor)} {Access}";

    private static string Name(uint? number) => number is { } one ? $"{one}" : "*";
}
