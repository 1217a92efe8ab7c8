using Buildx.Fuzz.Targets;
using FsCheck;
using FsCheck.Fluent;

namespace Buildx.Dockerfile.Tests.Properties;

/// <summary>Texts that are Dockerfiles, or nearly.</summary>
internal static class DockerfileGenerators
{
    private static readonly string[] Lines =
    [
        "FROM busybox", "FROM --platform=$BUILDPLATFORM golang:1 AS build", "FROM build", "RUN make", "RUN a \\\n  && b \\\n# why\n  && c", "RUN --mount=type=cache,target=\"/a b\" --network=none make",
        "RUN [\"a\", \"b\\u00e9\\n\"]", "RUN <<EOF\na\n\nEOF", "RUN <<-'A' cat <<B\n\ta\n\tA\nb\nB", "COPY --from=build --chown=1 a b c/", "COPY [\"a b\", \"/\"]", "COPY <<a <<\"b\" /x/\n1\na\n2\nb",
        "ADD --checksum=sha256:x --link https://h/x /", "ENV a=b c=\"d e\" f=\\ g", "ENV a b c", "ARG a b=c", "ARG A=\"x y\" ", "LABEL \"a b\"=c", "EXPOSE 80 443/tcp", "VOLUME [\"/a\"]", "VOLUME /a /b",
        "HEALTHCHECK --interval=1s CMD [\"x\"]", "HEALTHCHECK CMD x y", "HEALTHCHECK NONE", "ONBUILD COPY <<X /\nx\nX", "ONBUILD RUN [\"a\"]", "SHELL [\"a\"]", "STOPSIGNAL 9", "USER a:b", "WORKDIR a b",
        "MAINTAINER me", "# a comment", "#", "", "   ", "RUN -- --x", "FOO bar", "RUN a\\", "\\", "RUN <<EOF", "ENV x", "COPY [1] /", "from x as y", "ENTRYPOINT a", "CMD []", "RUN \\\n\n a",
    ];

    private static readonly string[] Heads = ["", "", "\uFEFF", "# escape=`\n", "# syntax=docker/dockerfile:1\n# check=skip=all\n", "#\n# escape=`\n", "# escape=x\n", "# escape=`\n# escape=`\n", "# hello\n"];

    public static Arbitrary<string> Texts { get; } = Arb.From(Gen.OneOf(Plausible(), Wild()), Shrink);

    private static Gen<string> Plausible() =>
        from head in Gen.Elements(Heads)
        from lines in Gen.ListOf(Gen.Elements(Lines))
        from end in Gen.Elements("\n", "\n", "\r\n", "\n\n")
        select head + string.Concat(lines.Select(line => line + end));

    private static Gen<string> Wild() =>
        from head in Gen.Elements(Heads)
        from pieces in Gen.ListOf(Gen.OneOf(Gen.Elements(DockerfileTexts.Words.ToArray()), Gen.Elements(Lines), Gen.Choose(0, 0xFFFF).Select(c => ((char)c).ToString())))
        select head + string.Concat(pieces);

    private static IEnumerable<string> Shrink(string text)
    {
        for (var size = text.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= text.Length; at += size)
                yield return text.Remove(at, size);
        }
    }
}
