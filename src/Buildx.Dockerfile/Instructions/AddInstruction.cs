namespace Buildx.Dockerfile;

/// <param name="Unpack">Null for the default: local archives are unpacked, remote ones are not.</param>
public sealed record AddInstruction(
    IReadOnlyList<string> Sources, IReadOnlyList<HereDocument> HereDocuments, string Destination, bool? KeepGitDirectory, string Checksum, bool? Unpack)
    : TransferInstruction(Sources, HereDocuments, Destination)
{
    internal override Instruction Expand(Func<string, string> expand)
    {
        var checksum = expand(Checksum);
        var expanded = (AddInstruction)base.Expand(expand);
        return checksum == Checksum ? expanded : expanded with { Checksum = checksum };
    }
}
