using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>A user of this machine without any privilege, who has the executable and a builder's configuration at home.</summary>
internal sealed class OrdinaryUser : IAsyncDisposable
{
    private readonly string _name = "bx" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)[..8];

    /// <summary>A script failed: that is what there is to say, not what it has left.</summary>
    private bool _failed;

    public string Home => "/home/" + _name;

    public static async Task<OrdinaryUser> CreateAsync(BaseImageRegistry bases)
    {
        var user = new OrdinaryUser();
        await Tool.RunAsync("useradd", "--create-home", "--shell", "/bin/bash", user._name);
        try
        {
            // The repository may lie where another user cannot read.
            File.Copy(Repository.Executable, user.Home + "/buildx");
            user.Write("buildkitd.toml", $"""
                [registry."docker.io"]
                  mirrors = ["{bases.Server.Host}"]
                [registry."{bases.Server.Host}"]
                  http = true
                """);
            return user;
        }
        catch
        {
            await user.DisposeAsync();
            throw;
        }
    }

    public void Write(string name, string content)
    {
        var path = Path.Combine(Home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    /// <summary>Takes the subordinate ids away that useradd gave.</summary>
    public async Task LoseSubordinateIdsAsync()
    {
        foreach (var file in new[] { "/etc/subuid", "/etc/subgid" })
            await Tool.RunAsync("sed", "-i", $"/^{_name}:/d", file);
    }

    /// <summary>Runs a script at home as this user logs in.</summary>
    public async Task<string> RunAsync(string script)
    {
        await Tool.RunAsync("chown", "-R", $"{_name}:", Home);
        var run = new Tool("runuser") { Timeout = TimeSpan.FromMinutes(3) };
        _failed = true;
        var result = await run.SucceedAsync("-l", _name, "-c", $"set -e; cd; PATH=$HOME:$PATH; {script}");
        _failed = false;
        return result.All;
    }

    /// <summary>What runs in this user's name.</summary>
    public async Task<string> ProcessesAsync() => (await new Tool("ps").ExecuteAsync("-o", "args=", "-u", _name)).Output.Trim();

    public async ValueTask DisposeAsync()
    {
        var left = await ProcessesAsync();
        await new Tool("runuser").ExecuteAsync("-l", _name, "-c", "kill -KILL -1");
        await Tool.RunAsync("userdel", "--remove", "--force", _name);
        if (left.Length > 0 && !_failed)
            throw new InvalidOperationException("processes remained: " + left);
    }
}
