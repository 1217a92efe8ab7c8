namespace Buildx.Cli.Values;

/// <summary>One <c>--secret</c>: where the value of an id comes from. Read only when a step asks for it.</summary>
internal sealed record SecretSpec(string Id, string? FilePath, string? EnvironmentVariable)
{
    /// <exception cref="CliException">Not a secret, or its file or variable doesn't exist.</exception>
    public static SecretSpec Parse(string text)
    {
        string? id = null, source = null, variable = null, type = null;
        foreach (var (key, value) in CsvFields.SplitPairs("--secret", text))
        {
            switch (key)
            {
                case "id":
                    id = value;
                    break;
                case "src" or "source":
                    source = value;
                    break;
                case "env":
                    variable = value;
                    break;
                case "type" when value is "file" or "env":
                    type = value;
                    break;
                case "type":
                    throw new CliException($"--secret: there is no type \"{value}\" (want file or env)");
                default:
                    throw new CliException($"--secret: there is no key \"{key}\" (want id, src, env, type)");
            }
        }
        if (string.IsNullOrEmpty(id))
            throw new CliException($"--secret: \"{text}\" has no id (want e.g. id=mysecret,src=path/to/file)");
        if (type == "env")
            (variable, source) = (variable ?? source ?? id, null);
        if (source is null && variable is null)
        {
            // As Docker does: a variable of that name, else a file of that name.
            if (type is null && Environment.GetEnvironmentVariable(id) is not null)
                variable = id;
            else
                source = id;
        }
        return new SecretSpec(id, source, variable).Check();
    }

    private SecretSpec Check()
    {
        if (EnvironmentVariable is not null && Environment.GetEnvironmentVariable(EnvironmentVariable) is null)
            throw new CliException($"--secret: id={Id}: the environment variable {EnvironmentVariable} is not set");
        if (EnvironmentVariable is null && !File.Exists(FilePath))
            throw new CliException($"--secret: id={Id}: there is no file {FilePath}");
        return this;
    }

    /// <summary>The value; secrets are small by contract.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken) => EnvironmentVariable is not null
        ? System.Text.Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(EnvironmentVariable) ?? "")
        : await File.ReadAllBytesAsync(FilePath!, cancellationToken);
}
