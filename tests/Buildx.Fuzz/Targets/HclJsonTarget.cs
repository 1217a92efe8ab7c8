using Buildx.Bake.Hcl;

namespace Buildx.Fuzz.Targets;

/// <summary>Reads a bake file in JSON and evaluates all of it.</summary>
internal sealed class HclJsonTarget : IFuzzTarget
{
    public string Name => "hcl-json";

    public IEnumerable<string> Seeds =>
    [
        "{\"variable\": {\"TAG\": {\"default\": \"latest\"}}, \"group\": {\"default\": {\"targets\": [\"a\"]}}, \"target\": {\"a\": {\"tags\": [\"x:${a}\"], \"n\": -1.5e3}}}",
        "{\"//\": \"c\", \"target\": [{\"a\": [{}, {\"x\": null}]}, {\"b\": {\"k${1}\": \"\\u00e9\\n%{ if true }y%{ endif }\"}}], \"a\": true}",
    ];

    public IReadOnlyList<string> Words { get; } = ["{", "}", "[", "]", ":", ",", "\"", "\\", "\\u00e9", "\\ud800", "null", "true", "1", "-0.5e1", "target", "a", "${a}", "${", "}", "%{ for x in b }", "//", "\n"];

    public void Run(string input) => HclChecks.Check(input, HclFile.ParseJson(input, "fuzz.json"));
}
