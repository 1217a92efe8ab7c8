namespace Buildx.Bake.Compose;

/// <summary>A service's <c>environment</c> and <c>env_file</c>: where build arguments without a value get theirs, before the project's.</summary>
internal sealed class ServiceEnvironment(ComposeEnvironment environment, string root, DiagnosticBag diagnostics)
{
    public Func<string, string?> Read(ComposeFields service)
    {
        var own = service.Pairs("environment").ToDictionary(pair => pair.Key, pair => pair.Value ?? environment.Lookup(pair.Key), StringComparer.Ordinal);
        var fromFiles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in (service.Mapping["env_file"] as ComposeSequence)?.Items.OfType<ComposeMapping>() ?? [])
            ReadFile(new ComposeFields(file, "an env_file", diagnostics), own, fromFiles);
        return name => own.GetValueOrDefault(name) ?? fromFiles.GetValueOrDefault(name) ?? environment.Lookup(name);
    }

    private void ReadFile(ComposeFields file, Dictionary<string, string?> own, Dictionary<string, string> values)
    {
        if (file.Text("path") is not { } path)
            return;
        try
        {
            var text = File.ReadAllText(Path.Combine(root, path));
            if (file.Text("format") == "raw")
                ReadRaw(text, values);
            else
                EnvironmentFile.Read(text, name => environment.Lookup(name) ?? own.GetValueOrDefault(name), values);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (file.Flag("required") != false)
                diagnostics.Error(file.Mapping.Range, $"there is no env_file {path}", "write required: false where it may be missing");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            diagnostics.Error(file.Mapping.Range, $"the env_file {path}: {e.Message}");
        }
    }

    /// <summary>Values as they stand, without quotes and variables.</summary>
    private static void ReadRaw(string text, Dictionary<string, string> values)
    {
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0 && !line.StartsWith('#') && line.Contains('=')))
            values[line[..line.IndexOf('=', StringComparison.Ordinal)]] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
    }
}
