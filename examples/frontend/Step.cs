namespace Buildx.Examples.Frontend;

/// <summary>One line of a recipe.</summary>
internal abstract record Step(int Line);

/// <summary><c>from IMAGE</c></summary>
internal sealed record From(int Line, string Image) : Step(Line);

/// <summary><c>run COMMAND</c></summary>
internal sealed record Run(int Line, string Command) : Step(Line);

/// <summary><c>file PATH TEXT</c></summary>
internal sealed record WriteFile(int Line, string Path, string Text) : Step(Line);

/// <summary><c>take PATTERN DIRECTORY</c>: files of the build context.</summary>
internal sealed record Take(int Line, string Pattern, string Directory) : Step(Line);
