using System.Globalization;
using System.Text;

namespace Buildx.Bench.Dockerfile;

/// <summary>A Dockerfile of any size, with the instructions that people use in about the shares they use them.</summary>
internal static class DockerfileText
{
    /// <param name="stageSize">The instructions of one stage.</param>
    public static string Create(int instructions, int stageSize)
    {
        var text = new StringBuilder("# syntax=docker/dockerfile:1\nARG VERSION=1\n");
        var stage = -1;
        for (var (i, inStage) = (1, int.MaxValue); i < instructions; i++, inStage++)
        {
            if (inStage >= stageSize || stage < 0)
            {
                stage++;
                text.Append(CultureInfo.InvariantCulture, $"\n# s{stage} makes a part\nFROM debian:bookworm-slim AS s{stage}\n");
                inStage = 0;
                continue;
            }
            text.Append(CultureInfo.InvariantCulture, $"{Instruction(i, stage)}\n");
        }
        return text.ToString();
    }

    private static string Instruction(int i, int stage) => (i % 20) switch
    {
        0 => $"ARG VERSION OPTION{i % 7}=default-$VERSION",
        1 => $"ENV NAME{i % 40}=\"value of ${{VERSION:-none}}\" PATH=/opt/p{i % 40}/bin:$PATH",
        2 => $"WORKDIR /src/module{i % 40}",
        3 => "COPY --link package.json package-lock.json ./",
        4 => $"RUN --mount=type=cache,target=/var/cache/make,sharing=locked \\\n    # quietly\n    make -j4 module{i} \\\n    && make install DESTDIR=/out",
        5 => $"COPY src{i}/ include/ /src/",
        6 => $"LABEL org.example.part{i % 40}=\"{i}\" org.example.version=$VERSION",
        7 => $"RUN apt-get update && apt-get install -y --no-install-recommends package{i} && rm -rf /var/lib/apt/lists/*",
        8 => stage > 0 ? $"COPY --from=s{stage - 1} --chown=1000:1000 /out /opt/s{stage - 1}" : "COPY . .",
        9 => $"RUN [\"/bin/tool\", \"--number\", \"{i}\"]",
        10 => $"ENV SETTING{i % 40}=on",
        11 => $"EXPOSE {8000 + (i % 40)}/tcp",
        12 => "USER 1000:1000",
        13 => $"RUN <<EOF\nset -e\necho \"$NAME{i % 40}\" >/tmp/{i}\nEOF",
        14 => $"ADD --checksum=sha256:{new string('0', 64)} https://example.com/archive{i}.tar.gz /downloads/",
        15 => "VOLUME /data",
        16 => $"COPY <<-CONF /etc/app/{i}.conf\n\tversion = $VERSION\n\tCONF",
        17 => "HEALTHCHECK --interval=30s CMD curl -f http://localhost/ || exit 1",
        18 => $"RUN echo 'step {i}' && touch /done{i}",
        _ => "CMD [\"/bin/server\", \"--verbose\"]",
    };
}
