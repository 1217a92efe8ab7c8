using Buildx.Protocol.Pb;

namespace Buildx.Llb;

/// <summary>What to call a step that its author gave no name: BuildKit's wording, which progress readers know.</summary>
internal static class LlbOperationName
{
    public static string Of(Op operation) => operation.OpCase switch
    {
        Op.OpOneofCase.Source => operation.Source.Identifier,
        Op.OpOneofCase.Exec => string.Join(' ', operation.Exec.Meta?.Args ?? []),
        Op.OpOneofCase.File => string.Join(", ", operation.File.Actions.Select(Of)),
        Op.OpOneofCase.Build => "build",
        Op.OpOneofCase.Merge => "merge " + Operands(operation),
        Op.OpOneofCase.Diff => "diff " + Operands(operation),
        _ => "unknown",
    };

    private static string Of(FileAction action) => action.ActionCase switch
    {
        FileAction.ActionOneofCase.Copy => $"copy {action.Copy.Src} {action.Copy.Dest}",
        FileAction.ActionOneofCase.Mkdir => $"mkdir {action.Mkdir.Path}",
        FileAction.ActionOneofCase.Mkfile => $"mkfile {action.Mkfile.Path}",
        FileAction.ActionOneofCase.Rm => $"rm {action.Rm.Path}",
        FileAction.ActionOneofCase.Symlink => $"symlink {action.Symlink.Newpath} -> {action.Symlink.Oldpath}",
        _ => "unknown",
    };

    private static string Operands(Op operation) =>
        "(" + string.Join(", ", operation.Inputs.Select(input => input.Digest.Length > 19 ? input.Digest[7..19] : input.Digest)) + ")";
}
