using System.CommandLine;
using System.Text;
using System.Text.RegularExpressions;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.ImageTools;
using Buildx.Cli.Templates;
using Buildx.Oci;

namespace Buildx.Cli.Commands;

internal sealed partial class ImageToolsInspectCommand : CliCommand
{
    private readonly Option<string?> _format = Flag.Text("--format", "A Go template over .Name, .Manifest, .Image, .Provenance and .SBOM", "TEMPLATE");
    private readonly Option<bool> _raw = Flag.Switch("--raw", "The manifest or index as the registry has it, byte for byte");

    public ImageToolsInspectCommand()
        : base("inspect", "Show an image that is in a registry")
    {
        Options.Add(_format);
        Options.Add(_raw);
    }

    public override string FullName => "imagetools inspect";

    public override string ArgumentsUsage => "IMAGE";

    public override int MinimumArguments => 1;

    public override int MaximumArguments => 1;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("imagetools inspect alpine", "its digest, and which platforms it has"),
        ("imagetools inspect alpine --format '{{json .Manifest}}'", "for scripts"),
        ("imagetools inspect registry.example.com/app:1.0 --format '{{json .Provenance}}'", "how it was built"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var format = invocation.Get(_format);
        if (invocation.Get(_raw) && format is not null)
            throw new CliException("--raw and --format can't be used together");
        var name = invocation.Arguments[0];
        var source = ImageSource.Parse(name);
        if (source.Reference is not { } reference)
            throw new CliException($"\"{name}\" does not name an image; write REPOSITORY:TAG or REPOSITORY@DIGEST");
        var template = format is null || WholeManifest().IsMatch(format) ? null : FormatFlag.Use(() => GoTemplate.Parse(format));
        using var registries = await RegistryAccess.OfBuilderAsync(context, cancellationToken);
        return await RegistryAccess.TryAsync(async () =>
        {
            var image = await ImageInspection.ReadAsync(registries, reference, cancellationToken);
            if (invocation.Get(_raw))
            {
                context.Out.Write(Encoding.UTF8.GetString(image.Manifest.Json));
            }
            else if (template is null)
            {
                ImageText.Write(context.Out, image);
            }
            else
            {
                var asksForAll = WholeImage().IsMatch(format!);
                var data = await image.ToJsonAsync(
                    name, asksForAll || Mentions(format!, "Image"), Mentions(format!, "Provenance") || Mentions(format!, "SBOM"), cancellationToken);
                context.Out.Write(FormatFlag.Use(() => template.Render(data, indented: true)));
            }
            return 0;
        });
    }

    private static bool Mentions(string format, string field) => format.Contains("." + field, StringComparison.OrdinalIgnoreCase);

    /// <summary>What it is without a format, too.</summary>
    [GeneratedRegex(@"^\s*\{\{\s*\.Manifest\s*\}\}\s*$")]
    private static partial Regex WholeManifest();

    /// <summary>A dot that stands alone: everything.</summary>
    [GeneratedRegex(@"(?<![\w)""\]])\.(?![\w])")]
    private static partial Regex WholeImage();
}
