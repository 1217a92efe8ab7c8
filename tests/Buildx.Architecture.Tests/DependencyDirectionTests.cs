using System.Text.RegularExpressions;

namespace Buildx.Architecture.Tests;

public sealed partial class DependencyDirectionTests
{
    /// <summary>Who may know whom. A project that is not here has no place in the design yet.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Linux"] = [],
        ["Diagnostics"] = [],
        ["Oci"] = [],
        ["Registry"] = ["Oci"],
        ["Protocol"] = ["Linux"],
        ["Llb"] = ["Protocol", "Oci"],
        ["Dockerfile"] = ["Diagnostics", "Llb", "Oci"],
        ["Engine"] = ["Diagnostics", "Linux", "Oci", "Registry", "Protocol", "Llb", "Dockerfile"],
        ["Client"] = ["Protocol", "Llb", "Oci"],
        ["Drivers"] = ["Client"],
        ["Bake"] = ["Diagnostics", "Oci"],
        ["Cli"] = ["Diagnostics", "Linux", "Oci", "Registry", "Protocol", "Llb", "Dockerfile", "Engine", "Client", "Drivers", "Bake"],
    };

    [Fact]
    public void Every_project_reference_follows_the_design()
    {
        var projects = RepositoryProjects.ReadReferences();
        Assert.Equal([], Violations(projects));
        Assert.True(projects.Count >= 10, "the projects of src/ were not found");
    }

    [Fact]
    public void A_reference_against_the_direction_is_noticed()
    {
        var violations = Violations(new Dictionary<string, IReadOnlySet<string>>
        {
            ["Oci"] = new HashSet<string> { "Registry" },
            ["Engine"] = new HashSet<string> { "Client" },
            ["Surprise"] = new HashSet<string>(),
        });
        Assert.Equal(["Engine -> Client", "Oci -> Registry", "Surprise is not in the design"], violations);
    }

    [Fact]
    public void No_source_file_uses_the_namespace_of_a_project_it_must_not_know()
    {
        // Transitive references would let such code compile.
        var violations =
            from project in RepositoryProjects.ReadReferences().Keys
            from file in RepositoryProjects.SourceFiles(project)
            from Match use in UsingDirective().Matches(File.ReadAllText(file))
            where Allowed.ContainsKey(use.Groups[1].Value) && !Reachable(project).Contains(use.Groups[1].Value)
            select $"{Path.GetRelativePath(RepositoryProjects.Root, file)} uses Buildx.{use.Groups[1].Value}";
        Assert.Equal([], violations.Order());
    }

    private static string[] Violations(IReadOnlyDictionary<string, IReadOnlySet<string>> projects) =>
        [.. projects.SelectMany(project => Allowed.TryGetValue(project.Key, out var allowed)
            ? project.Value.Except(allowed).Select(reference => $"{project.Key} -> {reference}")
            : [$"{project.Key} is not in the design"]).Order(StringComparer.Ordinal)];

    private static HashSet<string> Reachable(string project)
    {
        var reachable = new HashSet<string> { project };
        var pending = new Stack<string>([project]);
        while (pending.TryPop(out var next))
        {
            foreach (var reference in Allowed[next].Where(reachable.Add))
                pending.Push(reference);
        }
        return reachable;
    }

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?Buildx\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();
}
