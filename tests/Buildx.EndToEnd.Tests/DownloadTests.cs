using System.Collections.Concurrent;
using System.Net;
using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary><c>ADD</c> and <c>--file</c> of what a web server has, with logins.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly BaseImageRegistry _bases;
    private readonly ScriptedServer _server;
    private readonly ConcurrentQueue<string> _authorizations = [];
    private byte[] _archive = [];

    public DownloadTests(BaseImageRegistry bases) => (_bases, _server) = (bases, new ScriptedServer(AnswerAsync));

    private string Url => $"http://{_server.Host}";

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("HTTP_AUTH_TOKEN_127.0.0.1", "the token", "Bearer the token")]
    [InlineData("HTTP_AUTH_HEADER_127.0.0.1", "Custom one", "Custom one")]
    public async Task A_login_comes_from_the_secret_that_is_named_after_the_host(string secret, string value, string header)
    {
        await using var place = await Workplace.CreateAsync(_bases);
        place.Write("Dockerfile", $"FROM scratch\nADD --chmod=640 --chown=5:6 {Url}/private /\n");
        place.Environment["LOGIN"] = value;

        var log = await place.BuildAsync("--secret", $"id={secret},env=LOGIN", "-o", "type=tar,dest=out.tar");

        Assert.Equal([header], _authorizations.Distinct());
        Assert.DoesNotContain(value, log);
        Assert.Contains("-rw-r----- 5/6", (await place.Tool("tar").SucceedAsync("tvf", "out.tar", "--numeric-owner")).Output);
    }

    [Fact]
    public async Task A_server_that_wants_a_login_is_told_with_the_line_and_the_way()
    {
        await using var place = await Workplace.CreateAsync(_bases);
        place.Write("Dockerfile", $"FROM scratch\nADD {Url}/private /\n");
        place.Environment["OTHER"] = "of no use here";

        var failed = await place.Tool(Repository.Executable).ExecuteAsync("build", "--secret", "id=other,env=OTHER", ".");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"   2 | >>> ADD {Url}/private /", failed.Error);
        Assert.Contains("401 Unauthorized; a login is taken from the secret HTTP_AUTH_TOKEN_127.0.0.1 or HTTP_AUTH_HEADER_127.0.0.1", failed.Error);
        Assert.Equal([""], _authorizations.Distinct());
    }

    [Fact]
    public async Task A_Dockerfile_may_be_a_URL()
    {
        await using var place = await Workplace.CreateAsync(_bases);
        place.Write("data", "of the context");

        await place.BuildxAsync("build", "-f", $"{Url}/Dockerfile", "-o", "out", ".");
        var missing = await place.Tool(Repository.Executable).ExecuteAsync("build", "-f", $"{Url}/none", ".");

        Assert.Equal("of the context", await File.ReadAllTextAsync(Path.Combine(place.Project, "out/data"), TestContext.Current.CancellationToken));
        Assert.Contains($"--file {Url}/none: the server answered 404", missing.Error);
    }

    [Fact]
    public async Task A_URL_is_the_context_as_an_archive_or_a_Dockerfile_and_the_source_of_a_named_one()
    {
        await using var place = await Workplace.CreateAsync(_bases);
        place.Write("packed/Dockerfile", "FROM scratch\nCOPY data /\n");
        place.Write("packed/other.Dockerfile", "FROM scratch\nCOPY data /other\nCOPY --from=more context /more\n");
        place.Write("packed/data", "out of the archive");
        await place.Tool("tar").SucceedAsync("-czf", "context.tar.gz", "-C", "packed", ".");
        _archive = await File.ReadAllBytesAsync(Path.Combine(place.Project, "context.tar.gz"), TestContext.Current.CancellationToken);

        await place.BuildxAsync("build", "-o", "out", $"{Url}/context.tar.gz");
        await place.BuildxAsync("build", "-f", "other.Dockerfile", "--build-context", $"more={Url}/text", "-o", "out", $"{Url}/context.tar.gz");
        await place.BuildxAsync("build", "-o", "out", $"{Url}/only-this");

        Assert.Equal("out of the archive", await ReadAsync("data"));
        Assert.Equal("out of the archive", await ReadAsync("other"));
        Assert.Equal("a text", await ReadAsync("more"));
        Assert.Equal("here\n", await ReadAsync("made"));

        Task<string> ReadAsync(string name) => File.ReadAllTextAsync(Path.Combine(place.Project, "out", name), TestContext.Current.CancellationToken);
    }

    private Task AnswerAsync(HttpListenerContext context)
    {
        var authorization = context.Request.Headers["Authorization"] ?? "";
        _authorizations.Enqueue(authorization);
        var (status, content) = context.Request.Url!.AbsolutePath switch
        {
            "/Dockerfile" => (200, "FROM scratch\nCOPY data /\n"u8.ToArray()),
            "/only-this" => (200, "FROM scratch\nCOPY <<EOF /made\nhere\nEOF\n"u8.ToArray()),
            "/context.tar.gz" => (200, _archive),
            "/text" => (200, "a text"u8.ToArray()),
            "/private" => authorization.Length == 0 ? (401, []) : (200, "for the few"u8.ToArray()),
            _ => (404, Array.Empty<byte>()),
        };
        ScriptedServer.Answer(context, status, content);
        return Task.CompletedTask;
    }
}
