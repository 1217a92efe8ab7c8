namespace Buildx.Engine.Execution.Devices;

/// <summary>The devices of this machine, by the specifications of the Container Device Interface that lie on it.</summary>
internal sealed class DeviceCatalog(DeviceOptions options)
{
    /// <summary>Reads what lies there now: drivers are installed and removed while the engine runs.</summary>
    public DeviceInventory Read()
    {
        if (!options.IsEnabled)
            return new DeviceInventory([], [], options);
        var devices = new SortedDictionary<string, Device>(StringComparer.Ordinal);
        var problems = new List<string>();
        foreach (var directory in options.Directories)
        {
            var origins = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in FindFiles(directory))
                ReadFile(file, devices, origins, problems);
        }
        return new DeviceInventory([.. devices.Values], [.. problems], options);
    }

    private static void ReadFile(string file, SortedDictionary<string, Device> devices, Dictionary<string, string> origins, List<string> problems)
    {
        try
        {
            foreach (var device in DeviceSpecification.Read(File.ReadAllText(file), file))
            {
                if (origins.TryAdd(device.Name, file))
                {
                    devices[device.Name] = device;
                    continue;
                }
                // Nobody can say which of the two is meant.
                problems.Add($"{device.Name} is both in {origins[device.Name]} and in {file}");
                devices.Remove(device.Name);
            }
        }
        catch (Exception e) when (e is DeviceSpecificationException or IOException or UnauthorizedAccessException)
        {
            problems.Add(e is DeviceSpecificationException ? e.Message : $"{file}: {e.Message}");
        }
    }

    private static IEnumerable<string> FindFiles(string directory)
    {
        try
        {
            return Directory.Exists(directory)
                ? Directory.GetFiles(directory).Where(file => Path.GetExtension(file) is ".json" or ".yaml" or ".yml").Order(StringComparer.Ordinal)
                : [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
