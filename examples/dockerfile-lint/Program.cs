// dockerfile-lint FILE [TARGET-PLATFORM]
// Shows what a Dockerfile is made of, what is wrong with it and what rules say, without an engine and without a registry.
using Buildx.Dockerfile;
using Buildx.Examples.DockerfileLint;
using Buildx.Oci;

if (args.Length is 0 or > 2 || (args.Length == 2 && !Platform.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("dockerfile-lint FILE [TARGET-PLATFORM]");
    return 2;
}
var fileName = args[0];
var document = DockerfileDocument.Parse(File.ReadAllText(fileName), fileName);
foreach (var instruction in document.Syntax.Instructions)
{
    Console.WriteLine($"{fileName}:{instruction.Range.Start}: {instruction.Keyword}");
    foreach (var flag in instruction.Flags)
        Console.WriteLine($"{fileName}:{flag.Range.Start}:   {flag}");
    foreach (var word in instruction.Arguments)
        Console.WriteLine($"{fileName}:{word.Range.Start}:   {word}");
    foreach (var pair in instruction.Pairs)
        Console.WriteLine($"{fileName}:{pair.Name.Range.Start}:   {pair.Name} = {pair.Value}");
}

var options = new ConversionOptions
{
    TargetPlatform = args.Length == 2 && Platform.TryParse(args[1], out var platform) ? platform : null,
    AllStages = true,
};
IReadOnlyList<LintWarning> warnings;
try
{
    var result = await DockerfileConverter.ConvertAsync(document, options, new LocalBuildContexts(), new AnyImage(), CancellationToken.None);
    warnings = [.. result.Warnings, .. result.Hints];
}
catch (DockerfileException e)
{
    warnings = e.Warnings;
    foreach (var error in e.Errors)
        Console.WriteLine($"error: {error.Format(fileName)}");
}
foreach (var warning in warnings)
    Console.WriteLine($"warning: {fileName}:{warning.Range.Start}: {warning.Rule.Name}: {warning.Message}");
return warnings.Count == 0 ? 0 : 1;
