using Buildx.Engine.BuildRecords;
using Buildx.Protocol.ControlApi;
using Google.Protobuf.WellKnownTypes;

namespace Buildx.Engine.Tests.History;

public sealed class HistoryFilterTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("status==completed", true)]
    [InlineData("status==error", false)]
    [InlineData("status!=error", true)]
    [InlineData("ref==abc", true)]
    [InlineData("ref~=^a", true)]
    [InlineData("repository==https://github.com/o/r.git", true)]
    [InlineData("startedAt>2h", true)]
    [InlineData("startedAt>30m", false)]
    [InlineData("completedAt<10s", true)]
    [InlineData("duration>=1m", true)]
    [InlineData("duration<1m", false)]
    [InlineData("status==completed,duration<1m", false)]
    [InlineData("\"status==completed\",\"ref==abc\"", true)]
    public void A_record_matches_when_all_terms_hold(string filter, bool expected) =>
        Assert.Equal(expected, new HistoryFilter([filter], TimeProvider.System).Matches(Record()));

    [Fact]
    public void Of_several_filters_one_is_enough() =>
        Assert.True(new HistoryFilter(["status==error", "ref==abc"], TimeProvider.System).Matches(Record()));

    [Fact]
    public void A_cancelled_build_is_not_an_error()
    {
        var record = Record();
        record.Error = new Protocol.Errors.Status { Message = "failed: context canceled" };

        Assert.True(new HistoryFilter(["status==canceled"], TimeProvider.System).Matches(record));
    }

    [Theory]
    [InlineData("name==x", "name is no field")]
    [InlineData("duration>soon", "\"soon\" is no duration")]
    [InlineData("startedAt>yesterday", "\"yesterday\" is no time")]
    [InlineData("ref~=(", "filter \"ref~=(\"")]
    public void A_filter_that_makes_no_sense_is_named(string filter, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => new HistoryFilter([filter], TimeProvider.System)).Message, StringComparison.Ordinal);

    private static BuildHistoryRecord Record() => new()
    {
        Ref = "abc",
        FrontendAttrs = { ["context"] = "https://github.com/o/r.git#main" },
        CreatedAt = Timestamp.FromDateTimeOffset(Now.AddHours(-1)),
        CompletedAt = Timestamp.FromDateTimeOffset(Now.AddMinutes(-58)),
    };
}
