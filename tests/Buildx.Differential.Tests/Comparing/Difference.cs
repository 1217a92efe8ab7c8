namespace Buildx.Differential.Tests.Comparing;

/// <param name="Aspect">In what two outcomes differ: <c>config.Env</c>, <c>files.mode</c>; what the table of known differences names.</param>
/// <param name="Where">E.g. the path and the layer; empty where the aspect says it all.</param>
internal sealed record Difference(string Aspect, string Where, string? Ours, string? Theirs)
{
    public override string ToString() => $"{Aspect}{(Where.Length == 0 ? "" : " of " + Where)}\n    ours:   {Ours ?? "-"}\n    theirs: {Theirs ?? "-"}";
}
