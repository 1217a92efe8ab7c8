using Buildx.Bake.Hcl;

namespace Buildx.Fuzz.Targets;

/// <summary>Reads a bake file in HCL and evaluates all of it.</summary>
internal sealed class HclTarget : IFuzzTarget
{
    public string Name => "hcl";

    public IEnumerable<string> Seeds =>
    [
        "variable \"TAG\" {\n  default = \"latest\"\n}\n\ngroup \"default\" {\n  targets = [\"a\", \"b\"]\n}\n\ntarget \"a\" {\n  tags = [\"x:${a}\"]\n  args = { v = b[0] == 1 ? null : \"y\" }\n}\n",
        "x = [for k, v in {a = 1, b = 2} : \"${k}=${v}\" if v > 1]\ny = {for x in [\"a\"] : x => upper(x)...}\nz = b[*].c\n",
        "t = <<-EOT\n    hello ${a}\n    %{ for x in b ~}\n    %{ if can(x) }yes%{ else }no%{ endif }\n    %{ endfor ~}\nEOT\n",
        "target x { a = 1 }\n# c\n// d\n/* e */\nn = -1.5e3 % 2 + (3 * 4) / 5 != 6 && !true || false\n",
        "f = format(\"%5.2f|%-5s|%q|%x|%v\", 1.5, \"é\", \"q\", 255, [1])\nr = regexall(\"(?P<k>[a-z]+)=(\\\\d+)?\", \"a=1,b=\")\n",
        "c = convert([\"1\", 2], list(number))\nd = cidrsubnets(\"10.0.0.0/8\", 4, 8)\ne = csvdecode(\"a,b\\n1,2\\n\")\ng = timeadd(\"2020-01-01T00:00:00Z\", \"1h\")\n",
    ];

    public IReadOnlyList<string> Words => HclChecks.Words;

    public void Run(string input) => HclChecks.Check(input, HclFile.Parse(input, "fuzz.hcl"));
}
