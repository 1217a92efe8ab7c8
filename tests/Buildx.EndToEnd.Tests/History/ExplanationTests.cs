namespace Buildx.EndToEnd.Tests;

/// <summary>Why steps run: the true cause, all of it, and nothing else.</summary>
public sealed class ExplanationTests(BaseImageRegistry bases)
{
    public static TheoryData<string> Names => [.. Changes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_cause_is_told_when_what_changed_is(string name)
    {
        var change = Changes.All[name];
        await using var project = new ChangedProject(await Workplace.CreateAsync(bases), bases) { Flags = change.Flags };
        project.Write("Dockerfile", change.Dockerfile ?? Changes.Dockerfile);
        project.Write("src/a.txt", "a");
        project.Write("src/b.txt", "b, which is longer");
        foreach (var (file, content) in change.Files)
            project.Write(file, content);
        await change.Prepare(project);
        await project.BuildAsync();
        await change.Act(project);

        await project.BuildAsync();

        Assert.Equal(change.Expected.Order(StringComparer.Ordinal), await project.ExplainAsync());
    }
}
