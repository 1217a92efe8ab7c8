using System.Text.RegularExpressions;

namespace Buildx.Architecture.Tests;

/// <summary>What may stand in no committed file.</summary>
public sealed partial class RepositoryRulesTests
{
    private static readonly string[] UnfinishedMarks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    // Where packages come from is the machine's business: it may have a mirror.
    private static readonly string[] PackageHosts =
        ["nuget" + ".org", "npmjs" + ".com", "npmjs" + ".org", "pypi" + ".org", "crates" + ".io", "deb.debian" + ".org", "proxy.golang" + ".org"];

    [Fact]
    public void Source_files_carry_no_unfinished_marks() =>
        AssertNoLine(UnfinishedMarks.Select(mark => new Regex($@"\b{mark}\b")), name => name.StartsWith("src/", StringComparison.Ordinal));

    [Fact]
    public void No_file_names_a_directory_of_one_machine() => AssertNoLine([MachinePath(), new Regex(Regex.Escape(RepositoryProjects.Root) + "/")], _ => true);

    [Fact]
    public void No_file_names_the_host_of_a_package_registry() =>
        AssertNoLine(PackageHosts.Select(host => new Regex(Regex.Escape(host), RegexOptions.IgnoreCase)), _ => true);

    [Fact]
    public void No_binary_is_committed()
    {
        var binaries = RepositoryProjects.TrackedFiles().Where(name => ReadStart(name).Contains((byte)0));
        Assert.Equal([], binaries);
    }

    [Fact]
    public void What_is_made_or_fetched_is_not_committed()
    {
        var made = RepositoryProjects.TrackedFiles().Where(name => name.Split('/').Any(part => part is "bin" or "obj" or "out" or ".peers"));
        Assert.Equal([], made);
    }

    [Theory]
    [InlineData("see /wo" + "rk/shared/x", true)]
    [InlineData("\"/ro" + "ot/x\"", true)]
    [InlineData("$dir/root/usr", false)]
    [InlineData("root:x:0:0:root:/root:/bin/sh", false)]
    public void A_directory_of_one_machine_is_recognised(string line, bool isOne) => Assert.Equal(isOne, MachinePath().IsMatch(line));

    private static void AssertNoLine(IEnumerable<Regex> patterns, Func<string, bool> isMeant)
    {
        var forbidden = patterns.ToArray();
        var lines =
            from name in RepositoryProjects.TrackedFiles()
            where isMeant(name)
            from line in File.ReadLines(Path.Combine(RepositoryProjects.Root, name)).Select((text, index) => (Text: text, Number: index + 1))
            where forbidden.Any(pattern => pattern.IsMatch(line.Text))
            select $"{name}:{line.Number}: {line.Text.Trim()}";
        Assert.Equal([], lines);
    }

    private static byte[] ReadStart(string name)
    {
        using var file = File.OpenRead(Path.Combine(RepositoryProjects.Root, name));
        var start = new byte[8192];
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    [GeneratedRegex(@"(?<![\w.})\]])/(root|work/shared|work/\.\w+|tmp/(wt|hub|ref)\w*)/")]
    private static partial Regex MachinePath();
}
