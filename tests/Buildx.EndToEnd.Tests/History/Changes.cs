namespace Buildx.EndToEnd.Tests;

/// <summary>Changes of a project, each with the true cause of what then runs.</summary>
internal static class Changes
{
    public const string Dockerfile = """
        # syntax=docker/dockerfile:1
        FROM busybox:1.36 AS build
        ARG MODE=debug
        WORKDIR /src
        COPY src/ ./
        RUN cat *.txt >/out
        FROM busybox:1.36
        ENV LEVEL=1
        COPY --from=build /out /app
        RUN wc -c /app
        """;

    private const string Copy = "[build 3/4] COPY src/ ./: ";
    private const string Run = "[build 4/4] RUN cat *.txt >/out: ";
    private const string Take = "[stage-1 2/3] COPY --from=build /out /app: ";
    private const string Count = "[stage-1 3/3] RUN wc -c /app: ";
    private const string RunFollows = Run + "it follows [build 3/4] COPY src/ ./, which ran";
    private const string TakeFollows = Take + "it follows [build 4/4] RUN cat *.txt >/out, which ran";
    private const string CountFollows = Count + "it follows [stage-1 2/3] COPY --from=build /out /app, which ran";

    /// <summary>What follows when the files are copied anew.</summary>
    private static readonly string[] Rest = [RunFollows, TakeFollows, CountFollows];

    public static IReadOnlyDictionary<string, Change> All { get; } = new[]
    {
        Change.Of("nothing", _ => { }),
        Change.Of("a file's content", project => project.Write("src/a.txt", "changed"), [Copy + "file src/a.txt changed", .. Rest]),
        Change.Of("two files' content", project =>
        {
            project.Write("src/a.txt", "changed");
            project.Write("src/sub/c.txt", "changed too");
        }, [Copy + "file src/a.txt changed", Copy + "file src/sub/c.txt changed", .. Rest]) with
        {
            Files = new Dictionary<string, string> { ["src/sub/c.txt"] = "c" },
        },
        Change.Of("a file's mode", project => File.SetUnixFileMode(project.PathOf("src/a.txt"), (UnixFileMode)0b111_101_101),
            [Copy + "mode of src/a.txt is 0755, was 0644", RunFollows]),
        Change.Of("a file that is added", project => project.Write("src/new.txt", "new"), [Copy + "file src/new.txt is new", .. Rest]),
        Change.Of("a file that is removed", project => File.Delete(project.PathOf("src/b.txt")), [Copy + "file src/b.txt is gone, or is left out now", .. Rest]),
        Change.Of("a file's name", project => File.Move(project.PathOf("src/a.txt"), project.PathOf("src/z.txt")), [Copy + "file src/z.txt was src/a.txt", .. Rest]),
        Change.Of("a file's time", project => File.SetLastWriteTimeUtc(project.PathOf("src/a.txt"), DateTime.UnixEpoch)),
        Change.Of("a link's target", project =>
        {
            File.Delete(project.PathOf("src/link"));
            File.CreateSymbolicLink(project.PathOf("src/link"), "b.txt");
        }, [Copy + "file src/link changed", RunFollows]) with
        {
            Prepare = project =>
            {
                File.CreateSymbolicLink(project.PathOf("src/link"), "a.txt");
                return Task.CompletedTask;
            },
        },
        Change.Of("a file that is ignored", project => project.Write("src/ignored.log", "changed")) with
        {
            Files = new Dictionary<string, string> { [".dockerignore"] = "**/*.log\n", ["src/ignored.log"] = "log" },
        },
        Change.Of("a file that is ignored from now on", project => project.Write(".dockerignore", "src/b.txt\n"), [Copy + "file src/b.txt is gone, or is left out now", .. Rest]),
        Change.Of("a file that no step reads", project => project.Write("README", "changed")) with { Files = new Dictionary<string, string> { ["README"] = "read me" } },
        Change.Of("a build argument", project => project.Flags = ["--build-arg", "MODE=release"], [Run + "build argument MODE is \"release\", was \"debug\""]),
        Change.Of("a build argument that nobody reads", project => project.Flags = ["--build-arg", "OTHER=2"]) with { Flags = ["--build-arg", "OTHER=1"] },
        Change.Of("a build argument that looks secret", project => project.Flags = ["--build-arg", "API_TOKEN=two"],
            "[2/2] RUN : >/done: build argument API_TOKEN has another value") with
        {
            Dockerfile = "FROM busybox:1.36\nARG API_TOKEN\nRUN : >/done\n",
            Flags = ["--build-arg", "API_TOKEN=one"],
        },
        Change.Of("an argument's default", project => project.Replace("MODE=debug", "MODE=other"), [Run + "variable MODE is \"other\", was \"debug\""]),
        Change.Of("ENV", project => project.Replace("LEVEL=1", "LEVEL=2"), [Count + "variable LEVEL is \"2\", was \"1\""]),
        Change.Of("a command", project => project.Replace("wc -c", "wc -l"), ["[stage-1 3/3] RUN wc -l /app: command is \"wc -l /app\", was \"wc -c /app\""]),
        Change.Of("an instruction that is added", project => project.Replace("RUN cat", "RUN date >/date\nRUN cat"),
        [
            "[build 4/5] RUN date >/date: it has no earlier result to compare with",
            "[build 5/5] RUN cat *.txt >/out: it follows [build 4/5] RUN date >/date, which ran",
        ]),
        Change.Of("an instruction that is removed", project => project.Replace("RUN true\n", ""),
            ["[2/2] RUN wc /etc/passwd: it is built on \"docker.io/library/busybox:1.36\", no longer on \"[2/3] RUN true\""]) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN true\nRUN wc /etc/passwd\n",
        },
        Change.Of("WORKDIR", project => project.Replace("WORKDIR /src", "WORKDIR /other"),
        [
            "[build 2/4] WORKDIR /other: directory is \"/other\", was \"/src\"",
            Copy + "destination is \"/other/\", was \"/src/\"",
            Run + "working directory is \"/other\", was \"/src\"",
        ]),
        Change.Of("USER", project => project.Replace("RUN wc", "USER 7\nRUN wc"), [Count + "user is \"7\", was not set"]),
        Change.Of("SHELL", project => project.Replace("RUN wc", "SHELL [\"/bin/sh\", \"-e\", \"-c\"]\nRUN wc"), [Count + "shell is \"/bin/sh -e -c\", was \"/bin/sh -c\""]),
        Change.Of("LABEL", project => project.Replace("ENV LEVEL", "LABEL a=b\nENV LEVEL")),
        Change.Of("a copy's owner", project => project.Replace("COPY src/", "COPY --chown=7:8 src/"),
            ["[build 3/4] COPY --chown=7:8 src/ ./: owner is \"7:8\", was not set", Run + "it follows [build 3/4] COPY --chown=7:8 src/ ./, which ran"]),
        Change.Of("a copy's mode", project => project.Replace("COPY src/", "COPY --chmod=600 src/"),
            ["[build 3/4] COPY --chmod=600 src/ ./: mode is \"0600\", was not set", Run + "it follows [build 3/4] COPY --chmod=600 src/ ./, which ran"]),
        Change.Of("where a copy goes", project => project.Replace("/out /app\nRUN wc -c /app", "/out /other\nRUN wc -c /other"),
        [
            "[stage-1 2/3] COPY --from=build /out /other: destination is \"/other\", was \"/app\"",
            "[stage-1 3/3] RUN wc -c /other: command is \"wc -c /other\", was \"wc -c /app\"",
        ]),
        Change.Of("what a copy leaves out", project => project.Replace("COPY src/", "COPY --exclude=b.txt src/"),
        [
            "[build 3/4] COPY --exclude=b.txt src/ ./: exclude patterns is \"b.txt\", was not set",
            Run + "it follows [build 3/4] COPY --exclude=b.txt src/ ./, which ran",
            TakeFollows, CountFollows,
        ]),
        Change.Of("the text of a document that is copied", project => project.Replace("hello", "good bye"),
        [
            "[internal] preparing inline document: text of the document EOF",
            "[2/2] COPY <<EOF /greeting: it follows [internal] preparing inline document, which ran",
        ]) with { Dockerfile = "FROM busybox:1.36\nCOPY <<EOF /greeting\nhello\nEOF\n" },
        Change.Of("the text of a document that is run", project => project.Replace("true", "false || :"),
            ["[2/2] RUN <<EOF (false || :): command is \"false || : \", was \"true \""]) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN <<EOF\ntrue\nEOF\n",
        },
        Change.Of("a secret", project => File.WriteAllText(Path.Combine(project.Place.Path, "secret"), "two")) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN --mount=type=secret,id=one cat /run/secrets/one >/dev/null\n",
            Flags = ["--secret", "id=one,src=../secret"],
            Prepare = project =>
            {
                project.Write("../secret", "one");
                return Task.CompletedTask;
            },
        },
        Change.Of("a cache mount's identifier", project => project.Replace("id=one", "id=two"),
            ["[stage-0 2/2] RUN --mount=type=cache,id=two,target=/cache ls /cache: mount /cache is \"cache id=two shared\", was \"cache id=one shared\""]) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN --mount=type=cache,id=one,target=/cache ls /cache\n",
        },
        Change.Of("a mount's size", project => project.Replace("size=1m", "size=2m"),
            ["[stage-0 2/2] RUN --mount=type=tmpfs,size=2m,target=/tmp df /tmp: mount /tmp is \"tmpfs size=2097152\", was \"tmpfs size=1048576\""]) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN --mount=type=tmpfs,size=1m,target=/tmp df /tmp\n",
        },
        Change.Of("a file that is mounted", project => project.Write("src/a.txt", "changed"),
            ["[stage-0 2/2] RUN --mount=source=src,target=/in cat /in/a.txt: file src/a.txt changed"]) with
        {
            Dockerfile = "FROM busybox:1.36\nRUN --mount=source=src,target=/in cat /in/a.txt\n",
        },
        Change.Of("the network", project => project.Replace("RUN wc", "RUN --network=none wc"), ["[stage-1 3/3] RUN --network=none wc -c /app: network is \"none\", was \"default\""]),
        Change.Of("the size of shared memory", project => project.Flags = ["--shm-size", "1m"],
            [Run + "shm-size is \"1048576\", was not set", Count + "shm-size is \"1048576\", was not set"]),
        Change.Of("a limit", project => project.Flags = ["--ulimit", "nofile=512:512"],
            [Run + "ulimit is \"nofile=512:512\", was not set", Count + "ulimit is \"nofile=512:512\", was not set"]),
        Change.Of("a host name", project => project.Flags = ["--add-host", "here:127.0.0.1"],
            [Run + "extra hosts is \"here\", was not set", Count + "extra hosts is \"here\", was not set"]),
        Change.Of("the target", project => project.Flags = ["--target", "test"], ["[test 1/1] RUN cat /out: it has no earlier result to compare with"]) with
        {
            Dockerfile = Dockerfile.Replace("FROM busybox:1.36\nENV", "FROM build AS test\nRUN cat /out\nFROM busybox:1.36\nENV", StringComparison.Ordinal),
        },
        Change.Of("the platform", project => project.Flags = ["--platform", "linux/arm64"], ["[2/2] COPY src/a.txt /: platform is linux/arm64, was linux/amd64"]) with
        {
            Dockerfile = "FROM busybox:1.36\nCOPY src/a.txt /\n",
            Flags = ["--platform", "linux/amd64"],
        },
        Change.Of("the cache is not used", project => project.Flags = ["--no-cache"],
        [
            Copy + "the cache was not to be used for it", Run + "the cache was not to be used for it",
            Take + "the cache was not to be used for it", Count + "the cache was not to be used for it",
        ]),
        Change.Of("the cache is not used for a stage", project => project.Flags = ["--no-cache-filter", "stage-1"],
            [Take + "the cache was not to be used for it", Count + "the cache was not to be used for it"]) with
        {
            Dockerfile = Dockerfile.Replace("FROM busybox:1.36\nENV", "FROM busybox:1.36 AS stage-1\nENV", StringComparison.Ordinal),
        },
        new Change("the cache was pruned", project => project.Place.BuildxAsync("prune", "--all", "--force"),
        [
            "[build 2/4] WORKDIR /src: its result was removed from the cache", Copy + "its result was removed from the cache", Run + "its result was removed from the cache",
            Take + "its result was removed from the cache", Count + "its result was removed from the cache",
        ]) { Flags = ["--output", "type=oci,dest=image.tar"] },
        new Change("a base image's tag", project => project.PushImageAsync("two"),
        [
            "[2/3] RUN cat /content: image IMAGE is another: …, was …",
            "[3/3] RUN true: it follows [2/3] RUN cat /content, which ran",
        ])
        {
            Dockerfile = "ARG BASE\nFROM ${BASE}\nRUN cat /content\nRUN true\n",
            Prepare = async project =>
            {
                await project.PushImageAsync("one");
                project.Flags = ["--build-arg", $"BASE={project.Image}"];
            },
        },
        Change.Of("another base image", project => project.Flags = ["--build-arg", $"BASE={project.Image}"],
            ["[2/2] RUN true: source IMAGE instead of docker.io/library/busybox:1.36"]) with
        {
            Dockerfile = "ARG BASE=busybox:1.36\nFROM ${BASE}\nRUN true\n",
            Prepare = project => project.PushImageAsync("one"),
        },
        new Change("a commit", project => project.Repository!.CommitAsync(new Dictionary<string, string> { ["file"] = "two" }),
            ["[2/2] ADD REPOSITORY#main /repository: repository REPOSITORY#main is at …, was at …"])
        {
            Dockerfile = "ARG URL\nFROM busybox:1.36\nARG URL\nADD ${URL}#main /repository\n",
            Prepare = async project =>
            {
                project.Repository = await GitDaemon.StartAsync(new Dictionary<string, string> { ["file"] = "one" });
                project.Flags = ["--build-arg", $"URL={project.Repository.Url}"];
            },
        },
        Change.Of("a download", project => project.Download = "two", ["[2/2] ADD URL /: download URL is another: …, was …"]) with
        {
            Dockerfile = "FROM busybox:1.36\nARG ADDRESS\nADD ${ADDRESS} /\n",
            Prepare = project =>
            {
                project.Download = "one";
                project.Flags = ["--build-arg", $"ADDRESS={project.Url}"];
                return Task.CompletedTask;
            },
        },
        Change.Of("a file of another context", project => project.Write("../more/data.txt", "two"), ["[stage-0 2/2] COPY --from=more data.txt /: file data.txt of more changed"]) with
        {
            Dockerfile = "FROM busybox:1.36\nCOPY --from=more data.txt /\n",
            Flags = ["--build-context", "more=../more"],
            Prepare = project =>
            {
                project.Write("../more/data.txt", "one");
                return Task.CompletedTask;
            },
        },
        Change.Of("a stage that is copied from", project => project.Replace("echo one", "echo two"),
        [
            "[made 2/2] RUN echo two >/made: command is \"echo two >/made\", was \"echo one >/made\"",
            "[stage-1 1/1] COPY --from=made /made /: it follows [made 2/2] RUN echo two >/made, which ran",
        ]) with { Dockerfile = "FROM busybox:1.36 AS made\nRUN echo one >/made\nFROM scratch\nCOPY --from=made /made /\n" },
        Change.Of("a file and a command", project =>
        {
            project.Write("src/a.txt", "changed");
            project.Replace("wc -c", "wc -l");
        }, [Copy + "file src/a.txt changed", RunFollows, TakeFollows, "[stage-1 3/3] RUN wc -l /app: command is \"wc -l /app\", was \"wc -c /app\""]),
        new Change("a file, after builds of other things", async project =>
        {
            // The nearest earlier result counts, not the latest.
            project.Flags = ["--build-arg", "MODE=release"];
            await project.BuildAsync();
            project.Flags = [];
            project.Write("src/a.txt", "changed");
        }, [Copy + "file src/a.txt changed", .. Rest]),
    }.ToDictionary(change => change.Name);
}
