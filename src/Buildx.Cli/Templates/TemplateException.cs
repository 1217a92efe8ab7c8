namespace Buildx.Cli.Templates;

/// <summary>A template that cannot be read, or asks for something that there is not. The place is part of the message.</summary>
internal sealed class TemplateException(string message) : Exception(message);
