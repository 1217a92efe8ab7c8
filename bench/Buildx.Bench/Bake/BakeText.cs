using System.Text;

namespace Buildx.Bench.Bake;

/// <summary>Bake files with many targets, for measuring.</summary>
internal static class BakeText
{
    private const string Head = """
        variable "TAG" { default = "dev" }
        variable "REGISTRY" { default = "registry.example.com" }
        function "tags" {
          params = [name, version]
          result = ["${REGISTRY}/${name}:${version}", "${REGISTRY}/${name}:${version}-${TAG}"]
        }
        target "_common" {
          args      = { TAG = TAG, TOOLCHAIN = "1.23" }
          labels    = { "org.opencontainers.image.version" = TAG }
          platforms = ["linux/amd64", "linux/arm64"]
        }

        """;

    /// <summary>The file's name, and its text; the group <c>default</c> has all targets.</summary>
    public static (string Name, string Text) Create(string shape, int targets) => shape switch
    {
        "targets" => ("docker-bake.hcl", Head + Group(targets) + Repeat(targets, i => $$"""
            target "app-{{i}}" {
              inherits = ["_common"]
              context  = "./app-{{i}}"
              args     = { NUMBER = {{i}}, VERSION = "1.{{i}}" }
              tags     = tags("app-{{i}}", "1.{{i}}")
            }

            """)),
        "inherits" => ("docker-bake.hcl", Head + Group(targets) + Repeat(targets, i => $$"""
            target "app-{{i}}" {
              inherits = ["{{(i % 20 == 0 ? "_common" : $"app-{i - 1}")}}"]
              args     = { ARGUMENT_{{i % 20}} = {{i}} }
              tags     = [for tag in target._common.platforms : "app-{{i}}:${replace(tag, "/", "-")}"]
            }

            """)),
        "links" => ("docker-bake.hcl", Head + Group(targets) + Repeat(targets, i => $$"""
            target "app-{{i}}" {
              inherits = ["_common"]
              contexts = { {{(i % 50 == 0 ? "" : $"before = \"target:app-{i - 1}\"")}} }
              tags     = tags("app-{{i}}", "1.{{i}}")
            }

            """)),
        "variables" => ("docker-bake.hcl", Head + Group(targets) + Repeat(targets, i => $$"""
            variable "VERSION_{{i}}" { default = "{{(i % 20 == 0 ? "1" : $"${{VERSION_{i - 1}}}.{i}")}}" }
            target "app-{{i}}" {
              inherits = ["_common"]
              tags     = tags("app-{{i}}", VERSION_{{i}})
            }

            """)),
        "json" => ("docker-bake.json", $$"""
            { "variable": { "TAG": { "default": "dev" } }, "group": { "default": { "targets": [{{Names(targets)}}] } }, "target": { {{string.Join(',', Enumerable.Range(0, targets).Select(i => $$"""
            "app-{{i}}": { "context": "./app-{{i}}", "args": { "NUMBER": "{{i}}" }, "platforms": ["linux/amd64", "linux/arm64"], "tags": ["registry.example.com/app-{{i}}:${TAG}"] }
            """))}} } }
            """),
        "compose" => ("compose.yaml", "services:\n" + Repeat(targets, i => $$"""
              app-{{i}}:
                image: registry.example.com/app-{{i}}:${TAG:-dev}
                build:
                  context: ./app-{{i}}
                  args: { NUMBER: {{i}} }
                  x-bake:
                    platforms: [linux/amd64, linux/arm64]

            """)),
        _ => ("docker-bake.hcl", Head + $$"""
            target "default" {
              inherits   = ["_common"]
              name       = "app-${flavor}-${replace(version, ".", "-")}"
              matrix     = {
                flavor  = ["alpine", "debian", "ubuntu", "fedora", "busybox"]
                version = [{{string.Join(", ", Enumerable.Range(0, targets / 5).Select(i => $"\"1.{i}\""))}}]
              }
              context    = "./app"
              dockerfile = "Dockerfile.${flavor}"
              args       = { VERSION = version, FLAVOR = flavor }
              labels     = { "org.opencontainers.image.title" = upper(flavor) }
              tags       = tags("app", "${version}-${flavor}")
              output     = ["type=registry"]
            }

            """),
    };

    private static string Group(int targets) => $"group \"default\" {{ targets = [{Names(targets)}] }}\n";

    private static string Names(int targets) => string.Join(", ", Enumerable.Range(0, targets).Select(i => $"\"app-{i}\""));

    private static string Repeat(int count, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(part(i));
        return text.ToString();
    }
}
