using Buildx.Cli.History;
using Buildx.Protocol.ControlApi;
using Google.Protobuf.WellKnownTypes;

namespace Buildx.Cli.Tests.History;

public sealed class RecordFilterTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Theory]
    [InlineData("status=completed", true, "status==completed")]
    [InlineData("status!=completed", false, "status!=completed")]
    [InlineData("ref=b", true, "ref~=b")]
    [InlineData("repository=https://github.com/o/r.git", true, "repository~=https://github.com/o/r.git")]
    [InlineData("startedAt>2h", true, "startedAt>2h")]
    [InlineData("startedAt<=2h", false, "startedAt<=2h")]
    [InlineData("completedAt<2018-01-01T00:00:00Z", false, "completedAt<2018-01-01T00:00:00Z")]
    [InlineData("duration>=1m30s", true, "duration>=1m30s")]
    [InlineData("ref=a,b", false, "\"ref~=a,b\"")]
    public void A_filter_is_checked_here_and_said_in_the_engine_s_words(string text, bool matches, string forEngine)
    {
        var filter = RecordFilter.Parse([text], Now);

        Assert.Equal(matches, filter.Matches(Record()));
        Assert.Equal([forEngine], filter.ForEngine);
    }

    [Theory]
    [InlineData("nonsense", "is no filter")]
    [InlineData("colour=red", "builds have no colour")]
    [InlineData("status>1", "can be compared by = and !=")]
    [InlineData("duration=1m", "can be compared by <, <=, > and >=")]
    [InlineData("startedAt>yesterday", "is no time")]
    public void What_is_no_filter_is_said_to(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<CliException>(() => RecordFilter.Parse([text], Now)).Message, StringComparison.Ordinal);

    private static BuildHistoryRecord Record()
    {
        var record = new BuildHistoryRecord
        {
            Ref = "abc",
            CreatedAt = Timestamp.FromDateTimeOffset(Now.AddHours(-1)),
            CompletedAt = Timestamp.FromDateTimeOffset(Now.AddHours(-1).AddSeconds(90)),
        };
        record.FrontendAttrs["vcs:source"] = "https://github.com/o/r.git";
        return record;
    }
}
