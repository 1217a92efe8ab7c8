using Buildx.Drivers.Configuration;
using Buildx.Drivers.Store;
using Buildx.Engine.Server.Configuration;
using Buildx.Registry;

namespace Buildx.Cli.Building;

/// <summary>How registries are reached, as the configuration says that a node was created with; its certificates lie in files until this is disposed.</summary>
internal sealed class NodeRegistries : IDisposable
{
    private readonly DirectoryInfo? _directory;

    private NodeRegistries(DirectoryInfo? directory, RegistryConfiguration registries) => (_directory, Registries) = (directory, registries);

    public RegistryConfiguration Registries { get; }

    public static NodeRegistries Read(NodeRecord node)
    {
        if (node.Files is not { Count: > 0 } files || !files.ContainsKey(BuildkitdConfigFiles.MainFile))
            return new NodeRegistries(null, RegistryConfiguration.Default);
        var directory = Directory.CreateTempSubdirectory("buildx-");
        try
        {
            BuildkitdConfigFiles.Materialize(files, directory.FullName);
            return new NodeRegistries(directory, RegistrySettings.Read(Path.Combine(directory.FullName, BuildkitdConfigFiles.MainFile)));
        }
        catch (ConfigurationException e)
        {
            directory.Delete(recursive: true);
            throw new CliException($"the configuration of node \"{node.Name}\" can't be read: {e.Message}", innerException: e);
        }
    }

    public void Dispose() => _directory?.Delete(recursive: true);
}
