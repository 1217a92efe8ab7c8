namespace Buildx.Engine.Exporting.Archives;

internal enum ArchiveVariant { Oci, Docker }
