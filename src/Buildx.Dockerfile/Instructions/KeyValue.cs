namespace Buildx.Dockerfile;

/// <param name="Legacy">Written <c>name value</c>.</param>
public sealed record KeyValue(string Key, string Value, bool Legacy = false);
