using System.Diagnostics;
using System.Globalization;
using Buildx.Engine.Tests.Sources.Http;
using Buildx.TestSupport;
using Microsoft.AspNetCore.Http;

namespace Buildx.Engine.Tests.Sources.Git;

/// <summary>Repositories behind git's own server program, over http.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private WebServer _server = null!;

    public string Url => _server.Url;

    public List<string> Requests => _server.Requests;

    /// <summary>What the Authorization header must be; null is for everybody.</summary>
    public string? Authorization { get; set; }

    /// <summary>Only files, as any web server has them: git's old, "dumb" protocol.</summary>
    public bool IsDumb { get; set; }

    public static async Task<GitServer> StartAsync()
    {
        var server = new GitServer();
        server._server = await WebServer.StartAsync(server.AnswerAsync);
        return server;
    }

    public async Task<GitRepository> CreateAsync(string name, params string[] options)
    {
        var path = Path.Combine(_directory.Path, name);
        await Tool.RunAsync("git", ["-c", "init.defaultBranch=main", "init", "--quiet", .. options, path]);
        return new GitRepository(path, $"{Url}/{name}/.git");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (Authorization is not null && request.Headers.Authorization != Authorization)
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers.WWWAuthenticate = "Basic realm=\"test\"";
            return;
        }
        if (IsDumb)
        {
            var file = Path.Combine(_directory.Path, request.Path.Value!.TrimStart('/'));
            if (File.Exists(file))
                await response.SendFileAsync(file);
            else
                response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        await RunBackendAsync(context);
    }

    private async Task RunBackendAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = _directory.Path;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = request.Path.Value;
        start.Environment["QUERY_STRING"] = request.QueryString.Value!.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding.ToString();
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"].ToString();
        using var process = Process.Start(start)!;
        await request.Body.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in System.Text.Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n"))
        {
            var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
            if (name == "Status")
                response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            else
                response.Headers[name] = value;
        }
        await response.Body.WriteAsync(bytes.AsMemory(end + 4));
    }
}
