using System.CommandLine;
using Buildx.Cli.CommandLine;
using Buildx.Cli.History;
using Buildx.Oci;

namespace Buildx.Cli.Commands;

internal sealed class HistoryAttachmentCommand : CliCommand
{
    private readonly Option<string?> _type = Flag.Text("--type", "index, manifest, image, provenance, sbom, or a type as \"history inspect\" shows it", "TYPE");
    private readonly Option<string?> _platform = Flag.Text("--platform", "What belongs to this platform", "PLATFORM");

    public HistoryAttachmentCommand()
        : base("attachment", "Print a document that goes with a build: a statement, a manifest")
    {
        Options.Add(_type);
        Options.Add(_platform);
    }

    public override string FullName => "history inspect attachment";

    public override string ArgumentsUsage => "[REF [DIGEST]]";

    public override int MaximumArguments => 2;

    public override IReadOnlyList<(string Arguments, string Effect)> Examples =>
        [("history inspect attachment --type provenance", "how the latest build was made")];

    public override async Task<int> RunAsync(CommandInvocation invocation, CliContext context, CancellationToken cancellationToken)
    {
        var reference = RecordReference.Parse(invocation.FirstArgument);
        var digest = invocation.Arguments.Count > 1 ? invocation.Arguments[1] : null;
        if (digest is not null && !Digest.TryParse(digest, out _))
            throw new CliException($"\"{digest}\" is no digest");
        var (type, platform) = (invocation.Get(_type), invocation.Get(_platform));
        if (digest is null && string.IsNullOrEmpty(type) && string.IsNullOrEmpty(platform))
            throw new CliException("which attachment? give its DIGEST, or --type or --platform");
        await using var records = await BuildRecords.OpenAsync(context, reference, cancellationToken);
        var build = await records.FindOneAsync(reference, onlyCompleted: false, cancellationToken);
        var blobs = new RecordBlobs([await build.Node.ConnectAsync(cancellationToken)]);
        digest ??= (await new RecordAttachments(blobs).ListAsync(build.Record, cancellationToken)).FirstOrDefault(attachment =>
            (string.IsNullOrEmpty(platform) || attachment.Platform?.ToString() == platform) && (string.IsNullOrEmpty(type) || attachment.IsOfType(type)))?.Digest
            ?? throw new CliException($"build {build.Record.Ref} has no such attachment; \"{context.CommandName} history inspect\" lists those that it has");
        await using var output = Console.OpenStandardOutput();
        await blobs.CopyAsync(digest, output, cancellationToken);
        return 0;
    }
}
