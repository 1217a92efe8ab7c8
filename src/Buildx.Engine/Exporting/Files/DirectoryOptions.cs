using Buildx.Engine.Exporting.Options;

namespace Buildx.Engine.Exporting.Files;

/// <summary>How <c>type=local</c> and <c>type=tar</c> write trees of files.</summary>
/// <param name="PlatformSplit">Each platform into a directory of its own; null: when there are several.</param>
/// <param name="AttestationPrefix">Before the names of the files that statements become.</param>
internal sealed record DirectoryOptions(SourceDateEpoch Epoch, bool? PlatformSplit, string AttestationPrefix)
{
    public static DirectoryOptions Take(ExporterAttributes attributes)
    {
        var options = new DirectoryOptions(SourceDateEpoch.Take(attributes), attributes.TakeFlag("platform-split"), attributes.TakeText("attestation-prefix") ?? "");
        // What mode=delete removes is the client's decision: it receives the files.
        attributes.TakeChoice("mode", ("copy", false), ("delete", true));
        attributes.Ignore("dest");
        return options;
    }
}
