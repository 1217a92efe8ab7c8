using Microsoft.Win32.SafeHandles;

namespace Buildx.Engine.Operations.Files;

/// <summary>From where to where one entry is copied: open parent directories and names; the paths are for messages and bookkeeping.</summary>
internal readonly record struct CopyPlace(
    SafeFileHandle Source, string SourceName, SafeFileHandle Target, string TargetName, string SourcePath, string TargetPath);
