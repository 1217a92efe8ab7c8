using Buildx.TestSupport;

namespace Buildx.EndToEnd.Tests;

/// <summary>Command lines completed in real shells, and by the real Docker CLI.</summary>
public sealed class ShellCompletionTests(BaseImageRegistry bases)
{
    [Theory]
    [InlineData("buildx bu", "build")]
    [InlineData("buildx build --plat", "--platform")]
    [InlineData("buildx build --progress=pl", "plain")]
    [InlineData("buildx inspect te", "test")]
    [InlineData("buildx build pro", "project")]
    public async Task Bash_completes(string line, string word)
    {
        await using var place = await Workplace.CreateAsync(bases);
        var bash = place.Tool("bash") with { WorkingDirectory = place.Path };
        const string script = """
            PATH=$1:$PATH; source <(buildx completion bash)
            COMP_LINE=$2 COMP_POINT=${#2}; typed=${2##*[ =]}; COMP_WORDS=("$typed"); COMP_CWORD=0
            _buildx; printf '%s\n' "${COMPREPLY[@]}"
            """;
        Directory.CreateDirectory(place.Path + "/bin");
        File.CreateSymbolicLink(place.Path + "/bin/buildx", Repository.Executable);

        var answer = await bash.SucceedAsync("-c", script, "bash", place.Path + "/bin", line);

        Assert.Contains(word, answer.Output.Split('\n'));
    }

    [Fact]
    public async Task Fish_completes()
    {
        await using var place = await Workplace.CreateAsync(bases);
        Directory.CreateDirectory(place.Path + "/bin");
        File.CreateSymbolicLink(place.Path + "/bin/buildx", Repository.Executable);
        place.Environment["HOME"] = place.Path;
        var fish = place.Tool("fish");

        var answer = await fish.SucceedAsync("-c", $"set -x PATH {place.Path}/bin $PATH; buildx completion fish | source; complete --do-complete 'buildx build --plat'");

        Assert.StartsWith("--platform\t", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zsh_completes()
    {
        await using var place = await Workplace.CreateAsync(bases);
        Directory.CreateDirectory(place.Path + "/bin");
        File.CreateSymbolicLink(place.Path + "/bin/buildx", Repository.Executable);
        // Its widgets want a terminal; what the script makes of a line is what it describes.
        const string script = """
            PATH=$1:$PATH; autoload -Uz compinit; compinit -D -u; source <(buildx completion zsh)
            _describe() { print -rl -- "${(@P)@[-1]}" }
            words=(buildx build --plat) CURRENT=3; _buildx
            """;

        var answer = await place.Tool("zsh").SucceedAsync("-f", "-c", script, "zsh", place.Path + "/bin");

        Assert.StartsWith("--platform:", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_Docker_CLI_completes_what_its_plugin_has()
    {
        await using var place = await Workplace.CreateAsync(bases);

        var answer = await (await place.DockerAsync()).SucceedAsync("__complete", "buildx", "build", "--plat");

        Assert.Contains("--platform\t", answer.Output, StringComparison.Ordinal);
    }
}
