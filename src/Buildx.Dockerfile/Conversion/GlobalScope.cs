using Buildx.Oci;

namespace Buildx.Dockerfile;

/// <summary>Arguments that are known before any stage: those of the platform, and <c>ARG</c>s before the first <c>FROM</c>.</summary>
internal static class GlobalScope
{
    public static VariableSet Predefined(Platform build, Platform target, string? targetStage, IReadOnlyDictionary<string, string> overrides)
    {
        var set = VariableSet.Empty;
        foreach (var (name, value) in new (string, string?)[]
        {
            ("BUILDPLATFORM", build.ToString()),
            ("BUILDOS", build.Os),
            ("BUILDOSVERSION", build.OsVersion),
            ("BUILDARCH", build.Architecture),
            ("BUILDVARIANT", build.Variant),
            ("TARGETPLATFORM", Full(target)),
            ("TARGETOS", target.Os),
            ("TARGETOSVERSION", target.OsVersion),
            ("TARGETARCH", target.Architecture),
            ("TARGETVARIANT", target.Variant),
            ("TARGETSTAGE", string.IsNullOrEmpty(targetStage) ? "default" : targetStage),
        })
        {
            set = set.With(name, overrides.TryGetValue(name, out var given) ? given : value ?? "");
        }
        return set;
    }

    /// <exception cref="ExpansionException">With the place in <see cref="InstructionException"/>.</exception>
    public static VariableSet Read(
        VariableSet set, IReadOnlyList<ArgInstruction> instructions, IReadOnlyDictionary<string, string> given, WordExpander expander, OutlineCollector outline)
    {
        foreach (var instruction in instructions)
        {
            foreach (var argument in instruction.Arguments)
            {
                IReadOnlyCollection<string> dependencies = [];
                string? value = null;
                if (given.TryGetValue(argument.Name, out var fromUser))
                {
                    value = fromUser;
                }
                else if (argument.Default is not null)
                {
                    try
                    {
                        var expanded = expander.Expand(argument.Default, set);
                        value = expanded.Text;
                        dependencies = expanded.Matched.Where(name => name != argument.Name)
                            .Concat(expanded.Matched.Contains(argument.Name) && outline.Arguments.TryGetValue(argument.Name, out var old) ? old.Dependencies : [])
                            .ToArray();
                    }
                    catch (ExpansionException e)
                    {
                        throw new InstructionException(e.Message, instruction.Range);
                    }
                }
                if (value is not null)
                    set = set.With(argument.Name, value);
                outline.Arguments[argument.Name] = new OutlineCollector.ArgumentUse(argument, value ?? "", instruction.Range, dependencies);
            }
        }
        return set;
    }

    /// <summary><c>os(version)/arch/variant</c>.</summary>
    public static string Full(Platform platform) => string.IsNullOrEmpty(platform.OsVersion)
        ? platform.ToString()
        : $"{platform.Os}({platform.OsVersion}){platform.ToString()[platform.Os.Length..]}";
}
