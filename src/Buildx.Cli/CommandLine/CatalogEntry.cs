namespace Buildx.Cli.CommandLine;

/// <param name="IsHidden">Not for people, and not in any list.</param>
internal sealed record CatalogEntry(string Name, string Summary, Func<CliCommand> Create, string? Alias = null, bool IsHidden = false);
