using System.Globalization;
using Buildx.EndToEnd.Tests.Builders;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests.CommandLines;

/// <summary>
/// Our executable and the real Buildx run the same command lines on equal states, and end alike: the exit code, the store's files,
/// what they print when they succeed, the files that they write. What differs stands in the table, with its reason.
/// </summary>
[Collection(RemoteCollection.Name)]
public sealed class SameCommandLinesTests(RemoteBuilder remote, PlainDocker docker) : IClassFixture<PlainDocker>
{
    public static TheoryData<string> Groups => [.. CommandLineGroup.Read().Select(group => group.Name)];

    [Fact]
    public void There_are_at_least_150_command_lines() => Assert.InRange(CommandLineGroup.Read().Sum(group => group.Lines.Count), 150, int.MaxValue);

    [Theory]
    [MemberData(nameof(Groups))]
    public async Task Both_programs_do_the_same(string name)
    {
        var group = CommandLineGroup.Read().Single(group => group.Name == name);
        using var directory = new TemporaryDirectory();
        await using var registry = await RegistryServer.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        var host = group.HasDocker ? docker.Daemon.Host : $"unix://{directory.Path}/nobody.sock";
        var placeholders = new Dictionary<string, string>
        {
            ["engine"] = remote.Daemon.UnixAddress,
            ["tls"] = remote.Daemon.TcpAddress,
            ["ca"] = remote.Daemon.Certificate(TestCertificates.AuthorityFile),
            ["cert"] = remote.Daemon.Certificate(TestCertificates.ClientCertificateFile),
            ["registry"] = registry.Host,
            ["key"] = remote.Daemon.Certificate(TestCertificates.ClientKeyFile),
        };
        var ours = new CommandLineSide(Repository.Executable, directory.Path + "/a", host, placeholders);
        var theirs = new CommandLineSide(await Peers.GetBuildxAsync(), directory.Path + "/b", host, placeholders);
        var findings = new List<string>();

        foreach (var line in group.Lines)
            await CompareAsync(line, ours, theirs, findings);

        Assert.True(findings.Count == 0, string.Join("\n\n", findings));
    }

    private static async Task CompareAsync(ComparedLine line, CommandLineSide ours, CommandLineSide theirs, List<string> findings)
    {
        var our = await ours.RunAsync(line);
        var their = await theirs.RunAsync(line);
        Compare("exit", our.ExitCode.ToString(CultureInfo.InvariantCulture), their.ExitCode.ToString(CultureInfo.InvariantCulture));
        Compare("store", Describe(ours.ReadStore()), Describe(theirs.ReadStore()));
        Compare("files", string.Join('\n', ours.TakeOutputs()), string.Join('\n', theirs.TakeOutputs()));
        // Each program fails in its own words.
        if (our.ExitCode == 0 && their.ExitCode == 0)
            Compare("output", ours.NormalizeOutput(our.Output), theirs.NormalizeOutput(their.Output));
        foreach (var (what, _) in line.Exceptions)
            findings.Add($"{line.Text}\nno longer differs in: {what}");
        ours.TakeStore(theirs);

        void Compare(string what, string one, string other)
        {
            if (one == other || line.Exceptions.Remove(what))
                return;
            findings.Add($"""
                {line.Text}
                {what} of ours:
                {Without(one, other)}
                {what} of theirs:
                {Without(other, one)}
                (ours said: {End(our.Error)}
                theirs: {End(their.Error)})
                """);
        }
    }

    private static string Describe(IReadOnlyDictionary<string, string> files) => string.Join('\n', files.Select(file => $"{file.Key}: {file.Value}"));

    /// <summary>The lines that differ; all of them if only their order does.</summary>
    private static string Without(string text, string other)
    {
        var lines = text.Split('\n').Except(other.Split('\n')).ToList();
        return lines.Count > 0 || other.Split('\n').Except(text.Split('\n')).Any() ? string.Join('\n', lines) : text;
    }

    private static string End(string text) => text.Length > 300 ? "…" + text[^300..].Trim() : text.Trim();
}
