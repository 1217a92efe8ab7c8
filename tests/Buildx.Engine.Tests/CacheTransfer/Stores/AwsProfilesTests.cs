using Buildx.Engine.CacheTransfer.Stores.S3;
using Buildx.TestSupport;

namespace Buildx.Engine.Tests.CacheTransfer.Stores;

public sealed class AwsProfilesTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    [Fact]
    public void The_environment_comes_before_the_files()
    {
        _home.Write(".aws/credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = file\n");

        var found = Profiles(("AWS_ACCESS_KEY_ID", "ENV"), ("AWS_SECRET_ACCESS_KEY", "env"), ("AWS_SESSION_TOKEN", "token")).FindCredentials();

        Assert.Equal(new AwsCredentials("ENV", "env", "token"), found);
    }

    [Fact]
    public void A_profile_is_found_by_its_name_in_both_files()
    {
        _home.Write(".aws/credentials", """
            # mine
            [default]
            aws_access_key_id = DEFAULT
            aws_secret_access_key = default
            [work]
            aws_access_key_id=WORK
            aws_secret_access_key=work=with=signs
            aws_session_token=session

            """);
        _home.Write(".aws/config", "[default]\nregion = eu-west-1\n[profile work]\nregion = us-west-2\ns3 =\n  max_concurrent_requests = 20\n[profile other]\naws_access_key_id = OTHER\naws_secret_access_key = other\n");

        Assert.Equal(new AwsCredentials("DEFAULT", "default", null), Profiles().FindCredentials());
        Assert.Equal("eu-west-1", Profiles().FindRegion());
        Assert.Equal(new AwsCredentials("WORK", "work=with=signs", "session"), Profiles(("AWS_PROFILE", "work")).FindCredentials());
        Assert.Equal("us-west-2", Profiles(("AWS_PROFILE", "work")).FindRegion());
        Assert.Equal(new AwsCredentials("OTHER", "other", null), Profiles(("AWS_PROFILE", "other")).FindCredentials());
        Assert.Null(Profiles(("AWS_PROFILE", "none")).FindCredentials());
    }

    [Fact]
    public void Credentials_do_not_print_their_secret() => Assert.DoesNotContain("hidden", new AwsCredentials("ID", "hidden", "hidden").ToString(), StringComparison.Ordinal);

    public void Dispose() => _home.Dispose();

    private AwsProfiles Profiles(params (string Name, string Value)[] variables) =>
        new(name => name == "HOME" ? _home.Path : variables.FirstOrDefault(variable => variable.Name == name).Value);
}
