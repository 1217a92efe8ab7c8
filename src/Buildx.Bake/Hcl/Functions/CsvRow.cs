namespace Buildx.Bake.Hcl.Functions;

/// <param name="Line">Where it begins, counted from 1.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields);
