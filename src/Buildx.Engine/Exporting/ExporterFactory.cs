using Buildx.Engine.Exporting.Archives;
using Buildx.Engine.Exporting.Files;
using Buildx.Engine.Exporting.Options;
using Buildx.Engine.Exporting.Registry;
using Buildx.Engine.Storage;
using Buildx.Registry;

namespace Buildx.Engine.Exporting;

/// <summary>Makes exporters from what a client asked for: the place where their attributes are read, before anything is built.</summary>
internal sealed class ExporterFactory(IStorage storage, RegistryClient registries)
{
    /// <param name="ignored">Attributes that nobody knows; BuildKit passes over them too.</param>
    /// <exception cref="ExportException">There is no such exporter, or an attribute cannot be used as it is.</exception>
    public IExporter Create(string type, IEnumerable<KeyValuePair<string, string>> attributes, out IReadOnlyCollection<string> ignored)
    {
        var reader = new ExporterAttributes(type, attributes);
        IExporter exporter = type switch
        {
            "image" => new ImageExporter(ImageExporterOptions.Take(reader), storage, registries),
            "oci" => ArchiveExporter.Create(ArchiveVariant.Oci, reader, storage),
            "docker" => ArchiveExporter.Create(ArchiveVariant.Docker, reader, storage),
            "local" => LocalExporter.Create(reader, storage),
            "tar" => TarExporter.Create(reader, storage),
            _ => throw new ExportException($"exporter \"{type}\" could not be found: there are image, oci, docker, local and tar"),
        };
        ignored = reader.Remaining;
        return exporter;
    }
}
