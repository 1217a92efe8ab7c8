namespace Buildx.Fuzz.Targets;

/// <summary>Dockerfiles to begin with: those of this repository, and the conformance data where it is there.</summary>
public static class DockerfileTexts
{
    private static readonly Lazy<string[]> All = new(() => [.. Files().Select(File.ReadAllText)]);

    /// <summary>What Dockerfiles are made of, and what may break them.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [
        "FROM ", "RUN ", "COPY ", "ADD ", "ENV ", "ARG ", "ONBUILD ", "HEALTHCHECK ", "LABEL ", "EXPOSE ", "SHELL ", "CMD ", "USER ", "WORKDIR ", "VOLUME ", "STOPSIGNAL ",
        "ENTRYPOINT ", "MAINTAINER ", "scratch", "busybox", " AS x", " as y", "\n", "\r\n", "\\\n", "`\n", "\\", "`", "\t", " ", "\"", "'", "$", "${", "}", ":-", "//", "#", "%", "*", "?", "=",
        "[\"a\",\"b\"]", "[", "]", "{", "<<EOF", "<<-'E'", "<<\"E F\"", "EOF\n", "E\n", "#!/bin/sh\n", "--from=x", "--from=0", "--chown=a:b", "--chmod=u+x", "--link", "--parents", "--exclude=*",
        "--checksum=sha256:", "--keep-git-dir", "--unpack=true", "--platform=$BUILDPLATFORM", "--platform=linux/arm64", "--mount=type=cache,target=/x", "--mount=type=secret,id=s,env=S",
        "--mount=type=bind,from=x,source=/a,target=/b,rw", "--mount=type=tmpfs,target=/t,size=1m", "--mount=type=ssh", "--network=none", "--security=insecure", "--device=a=b,required",
        "--interval=1s", "--retries=3", "--", "# escape=`\n", "# syntax=x\n", "# check=skip=all;error=true\n", "# x a name\n", "#\n", ",", "/", ".", "/./", "..",
        "http://h/x", "https://h/r.git#a:b", "git@h:p", "\uFEFF", "\0", "é", "\U0001F600", "\u00A0", "\u0085", "80/tcp", "1-2/udp", "[::1]:80:80", "NONE", "CMD", "context", "SOURCE_DATE_EPOCH", "TARGETARCH",
    ];

    public static string[] Read() => All.Value;

    private static IEnumerable<string> Files()
    {
        var seeds = Path.Combine(AppContext.BaseDirectory, "Seeds");
        if (Directory.Exists(seeds))
        {
            foreach (var file in Directory.GetFiles(seeds).Order(StringComparer.Ordinal))
                yield return file;
        }
        if (Environment.GetEnvironmentVariable("CONFORMANCE_DATA") is not { Length: > 0 } data || !Directory.Exists(data))
            yield break;
        foreach (var file in Directory.GetFiles(data, "*Dockerfile", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            yield return file;
    }
}
