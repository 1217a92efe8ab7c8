namespace Buildx.EndToEnd.Tests.Exporters;

/// <summary>What an exporter leaves behind.</summary>
internal enum ExporterKind { Push, OciArchive, OciDirectory, DockerArchive, DockerDirectory, Files, FilesArchive }
