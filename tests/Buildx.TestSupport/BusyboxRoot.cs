namespace Buildx.TestSupport;

/// <summary>
/// Root directories made of Debian's <c>busybox-static</c>, one for each architecture that Debian has. The packages are fetched
/// once, by apt in a configuration of its own, into the repository's git-ignored <c>.peers/</c>.
/// </summary>
public static class BusyboxRoot
{
    private static readonly string[] Applets =
    [
        "sh", "cat", "echo", "id", "uname", "ls", "mount", "sleep", "true", "false", "touch", "mkdir", "rm", "grep", "stat", "wc", "hostname",
        "ip", "env", "pwd", "chmod", "cp", "ln", "head", "find", "ps", "kill", "tr", "readlink", "dd", "nslookup", "chown", "test", "seq", "date",
        "su", "unshare", "mknod", "mkfifo",
    ];

    private static readonly Lazy<string> Cache = new(Fetch);

    /// <summary>The platforms there are roots for: <c>os/arch[/variant]</c>, and what <c>uname -m</c> prints on them.</summary>
    public static IReadOnlyDictionary<string, string> Platforms { get; } = new Dictionary<string, string>
    {
        ["linux/386"] = "i686",
        ["linux/amd64"] = "x86_64",
        ["linux/arm/v5"] = "armv7l",
        ["linux/arm/v7"] = "armv7l",
        ["linux/arm64"] = "aarch64",
        ["linux/mips64le"] = "mips64",
        ["linux/ppc64le"] = "ppc64le",
        ["linux/s390x"] = "s390x",
    };

    private static readonly Dictionary<string, string> DebianNames = new()
    {
        ["linux/386"] = "i386",
        ["linux/amd64"] = "amd64",
        ["linux/arm/v5"] = "armel",
        ["linux/arm/v7"] = "armhf",
        ["linux/arm64"] = "arm64",
        ["linux/mips64le"] = "mips64el",
        ["linux/ppc64le"] = "ppc64el",
        ["linux/s390x"] = "s390x",
    };

    /// <summary>The file of a platform's <c>busybox</c>.</summary>
    public static string GetProgram(string platform) => Path.Combine(Cache.Value, DebianNames[platform], "bin", "busybox");

    /// <summary>Makes a root directory: <c>/bin</c> with links to busybox, <c>/etc/passwd</c>, <c>/etc/group</c>, <c>/tmp</c>.</summary>
    public static void Create(string directory, string platform = "linux/amd64")
    {
        var bin = Directory.CreateDirectory(Path.Combine(directory, "bin")).FullName;
        File.Copy(GetProgram(platform), Path.Combine(bin, "busybox"));
        foreach (var applet in Applets)
            File.CreateSymbolicLink(Path.Combine(bin, applet), "busybox");
        var etc = Directory.CreateDirectory(Path.Combine(directory, "etc")).FullName;
        File.WriteAllText(Path.Combine(etc, "passwd"), "root:x:0:0:root:/root:/bin/sh\nbuilder:x:1000:1001::/home/builder:/bin/sh\n");
        File.WriteAllText(Path.Combine(etc, "group"), "root:x:0:\nbuilders:x:1001:\nextra:x:2000:builder,other\nmore:x:2001:builder\n");
        var temporary = Directory.CreateDirectory(Path.Combine(directory, "tmp"));
        temporary.UnixFileMode = (UnixFileMode)0x3ff;
    }

    private static string Fetch()
    {
        var cache = Path.Combine(RepositoryRoot.Path, ".peers", "busybox");
        Directory.CreateDirectory(cache);
        // Several test programs may come here at the same time.
        using var claim = Claim(Path.Combine(cache, "lock"));
        var done = Path.Combine(cache, "complete");
        if (!File.Exists(done))
        {
            using var temporary = new TemporaryDirectory();
            Download(temporary.Path, cache).GetAwaiter().GetResult();
            File.WriteAllText(done, "");
        }
        return cache;
    }

    private static async Task Download(string temporary, string cache)
    {
        const string script = """
            set -euo pipefail
            suite=bookworm
            mirror=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' | awk -v s="$suite" '$1==s && $2~/debian\/?$/{print $2; exit}')
            : "${mirror:?apt knows no mirror for $suite}"
            cd "$1"
            mkdir -p apt/state/lists/partial apt/cache/archives/partial debs
            : >apt/status
            shift
            echo "deb [arch=$(IFS=,; echo "$*") signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >apt/sources.list
            apt=(apt-get -qq -o Dir::State="$PWD/apt/state" -o Dir::State::status="$PWD/apt/status" -o Dir::Cache="$PWD/apt/cache"
              -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null
              -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false)
            for a; do apt+=(-o "APT::Architectures::=$a"); done
            "${apt[@]}" update
            cd debs
            "${apt[@]}" download "${@/#/busybox-static:}"
            """;
        await new Tool("bash") { Timeout = TimeSpan.FromMinutes(5) }.SucceedAsync(["-c", script, "fetch", temporary, .. DebianNames.Values]);
        foreach (var architecture in DebianNames.Values)
        {
            var package = Directory.GetFiles(Path.Combine(temporary, "debs"), $"busybox-static_*_{architecture}.deb").Single();
            await Tool.RunAsync("dpkg-deb", "-x", package, Path.Combine(cache, architecture));
        }
    }

    private static FileStream Claim(string path)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 3000)
            {
                Thread.Sleep(100);
            }
        }
    }
}
