using Buildx.Registry;

namespace Buildx.Engine.Server.Configuration;

/// <summary>The <c>[registry]</c> tables of a <c>buildkitd.toml</c>, for others than the daemon that reach the same registries.</summary>
public static class RegistrySettings
{
    /// <exception cref="ConfigurationException">The file can't be used as it is.</exception>
    public static RegistryConfiguration Read(string file) =>
        new() { Hosts = ConfigurationReader.ReadRegistries(TomlSection.Parse(File.ReadAllText(file), file).Section("registry")) };
}
