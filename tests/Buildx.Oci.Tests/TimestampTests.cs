using System.Text;

namespace Buildx.Oci.Tests;

public sealed class TimestampTests
{
    [Theory]
    [InlineData("2024-01-10T19:40:12.123456789Z")]
    [InlineData("2024-01-10T19:40:12.1234567Z")]
    [InlineData("2024-01-10T19:40:12.000000001Z")]
    [InlineData("2024-01-10T19:40:12.5Z")]
    [InlineData("2024-01-10T19:40:12Z")]
    [InlineData("2024-01-10T19:40:12.123456789+02:00")]
    public void A_time_in_an_images_history_comes_out_as_it_went_in(string time)
    {
        var json = $$"""{"architecture":"amd64","os":"linux","history":[{"created":"{{time}}"}]}""";
        var config = OciJson.ParseConfig(Encoding.UTF8.GetBytes(json));
        Assert.Equal(json, Encoding.UTF8.GetString(OciJson.Serialize(config)));
    }

    [Theory]
    [InlineData("2024-01-10")]
    [InlineData("yesterday")]
    [InlineData("2024-13-10T19:40:12Z")]
    public void What_is_no_time_is_refused(string time) => Assert.False(Timestamp.TryParse(time, out _));
}
