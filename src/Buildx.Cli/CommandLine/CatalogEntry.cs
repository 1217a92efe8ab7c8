namespace Buildx.Cli.CommandLine;

internal sealed record CatalogEntry(string Name, string Summary, Func<CliCommand> Create, string? Alias = null);
