using System.CommandLine;
using System.Text;
using System.Text.Json;
using Buildx.Cli.Building;
using Buildx.Cli.CommandLine;
using Buildx.Cli.ImageTools;
using Buildx.Cli.Values;
using Buildx.Oci;

namespace Buildx.Cli.Commands;

internal sealed class ImageToolsCreateCommand : CliCommand
{
    private readonly Option<string[]> _tags = Flag.List("--tag", "The new image's name; may be given several times", "NAME", "-t");
    private readonly Option<string[]> _files = Flag.List("--file", "Read a source's descriptor from this file", "FILE", "-f");
    private readonly Option<string[]> _annotations = Flag.List("--annotation", "Add an annotation: index:KEY=VALUE or manifest-descriptor[PLATFORM]:KEY=VALUE", "ANNOTATION");
    private readonly Option<string[]> _platforms = Flag.List("--platform", "Take only the images of these platforms", "PLATFORMS", "-p");
    private readonly Option<bool> _append = Flag.Switch("--append", "Add to what the first --tag names already");
    private readonly Option<bool> _dryRun = Flag.Switch("--dry-run", "Show the new image instead of pushing it");
    private readonly Option<bool> _preferIndex = new("--prefer-index") { Description = "Make an index also of one single image (default true)", DefaultValueFactory = _ => true };
    private readonly Option<string?> _metadataFile = Flag.Text("--metadata-file", "Write what was made to this file, as JSON", "FILE");
    private readonly Option<string?> _progress = Flag.Text("--progress", "auto, plain, tty, rawjson; quiet or none for nothing", "MODE");

    public ImageToolsCreateCommand()
        : base("create", "Make an image of images that are in registries, and push it")
    {
        foreach (var option in new Option[] { _tags, _files, _annotations, _platforms, _append, _dryRun, _preferIndex, _metadataFile, _progress })
            Options.Add(option);
    }

    public override string FullName => "imagetools create";

    public override string ArgumentsUsage => "[SOURCE...]";

    public override int MaximumArguments => int.MaxValue;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
    [
        ("imagetools create -t registry.example.com/app:1.0 registry.example.com/app:amd64 registry.example.com/app:arm64", "one image for both"),
        ("imagetools create -t registry.example.com/app:latest registry.example.com/app:1.0", "a second name"),
        ("imagetools create --append -t registry.example.com/app:1.0 registry.example.com/app:riscv64", "add a platform"),
    ];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var progress = BuildProgress.CheckMode(invocation.Get(_progress) ?? "auto");
        var dryRun = invocation.Get(_dryRun);
        var creation = Read(invocation, progress is "quiet" or "none" ? _ => { } : context.Error.WriteLine);
        if (creation.Tags.Count == 0 && !dryRun)
            throw new CliException("the new image needs a name to be pushed under: --tag NAME (or --dry-run to see it only)");
        using var registries = await RegistryAccess.OfBuilderAsync(context, cancellationToken);
        return await RegistryAccess.TryAsync(async () =>
        {
            var creator = new ImageCreator(registries, creation);
            var (mediaType, json) = await creator.ComposeAsync(cancellationToken);
            if (dryRun)
            {
                await context.Out.WriteLineAsync(Encoding.UTF8.GetString(json));
                return 0;
            }
            var pushed = await creator.PushAsync(mediaType, json, cancellationToken);
            if (invocation.Get(_metadataFile) is { } file)
                await File.WriteAllBytesAsync(file, Metadata(pushed, creation.Tags), cancellationToken);
            return 0;
        });
    }

    private ImageCreation Read(CommandInvocation invocation, Action<string> report)
    {
        var tags = invocation.Get(_tags).Select(tag => ImageTag.Parse("--tag", tag).WithDefaultTag()).ToList();
        var sources = invocation.Get(_files).Select(File.ReadAllText).Concat(invocation.Arguments).Select(ImageSource.Parse).ToList();
        if (sources.Count == 0)
            throw new CliException("what is the image to be made of? Name images: imagetools create --tag NAME SOURCE SOURCE …");
        if (invocation.Get(_append))
            sources.Insert(0, tags.Count > 0 ? ImageSource.Parse(tags[0].ToString()) : throw new CliException("--append adds to an image: name it with --tag"));
        return new ImageCreation
        {
            Sources = sources,
            Tags = tags,
            Annotations = [.. invocation.Get(_annotations).Select(ImageAnnotation.Parse)],
            Platforms = PlatformList.Parse(invocation.Get(_platforms)),
            PreferIndex = invocation.Get(_preferIndex),
            Report = report,
        };
    }

    private static byte[] Metadata(Descriptor image, IReadOnlyList<ImageReference> tags)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WritePropertyName("containerimage.descriptor");
            json.WriteRawValue(OciJson.Serialize(image));
            json.WriteString("image.name", string.Join(',', tags.Select(tag => tag.Repository).Distinct().Order(StringComparer.Ordinal)));
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
