using Buildx.Linux;
using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Storage;

/// <summary>How overlayfs marks what isn't there any more: whiteouts, and directories that hide those below them.</summary>
/// <param name="UserAttributes">Inside a user namespace the marks live in <c>user.overlay.</c> attributes.</param>
internal sealed record OverlayForm(bool UserAttributes)
{
    private string Prefix => UserAttributes ? "user.overlay." : "trusted.overlay.";

    private string OpaqueName => Prefix + "opaque";

    private string OriginName => Prefix + "origin";

    public static bool IsInternal(string attribute) =>
        attribute.StartsWith("trusted.overlay.", StringComparison.Ordinal) || attribute.StartsWith("user.overlay.", StringComparison.Ordinal);

    /// <remarks>
    /// Whoever lists a directory that only one layer has sees its whiteouts, unless it is marked as copied up from elsewhere;
    /// the empty mark means "from a place unknown".
    /// </remarks>
    public void MakeWhiteout(SafeFileHandle directory, string name)
    {
        FileSystem.MakeNodeAt(directory, name, FileType.CharacterDevice, 0);
        ExtendedAttributes.Set(directory, OriginName, []);
    }

    public void SetOpaque(SafeFileHandle directory) => ExtendedAttributes.Set(directory, OpaqueName, "y"u8);

    public void ClearOpaque(SafeFileHandle directory) => ExtendedAttributes.Remove(directory, OpaqueName);

    public bool IsOpaque(SafeFileHandle directory) =>
        ExtendedAttributes.Get(directory, OpaqueName) is [(byte)'y'];
}
