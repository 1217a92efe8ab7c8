namespace Buildx.Engine.Sources.Http;

/// <summary>What is remembered of a server's answer, to ask next time only whether it is still the same.</summary>
/// <param name="Tag">The entity tag, without the mark of a weak one.</param>
internal sealed record HttpAnswer(string Tag, string Name, string Content, long? Modified);
